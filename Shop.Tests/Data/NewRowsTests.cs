using Microsoft.EntityFrameworkCore;
using Npgsql;
using Shop.Data;
using Shop.Messaging;
using Shop.Orders;
using Shop.Orders.Catalogue;
using Shop.Orders.Stock;
using Shop.Tests.Messaging;

namespace Shop.Tests.Data;

[Collection(nameof(Backends))]
public sealed class NewRowsTests(Backends backends) : IAsyncLifetime
{
    private static readonly string[] Tables = ["orders", "stock_movements", "outbox", "idempotency"];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await using var db = Open();
        await db.Database.ExecuteSqlAsync($"DROP SCHEMA IF EXISTS orders CASCADE", Cancel);
        await db.Database.MigrateAsync(Cancel);
        var vase = Vase();
        db.AddRange(vase, new StockLevel { ProductId = vase.Id, Available = 5, Reserved = 0 });
        await db.SaveChangesAsync(Cancel);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task They_are_stored_as_EF_Core_stores_them()
    {
        var rows = await RowsOfAnOrderAsync();

        var ours = await StoredAsync(
            rows, async db => Assert.Equal((5, 1), await db.InsertAsync(TouchProducts(), Cancel)));
        var theirs = await StoredAsync(rows, async db =>
        {
            // A row that is not new leaves the saving to EF Core.
            await db.Products.LoadAsync(Cancel);
            await db.SaveChangesAsync(Cancel);
        });

        Assert.Equal(rows.Length, ours.Length);
        Assert.Equal(theirs, ours);
    }

    [Fact]
    public async Task They_are_tracked_as_saved_but_for_those_that_the_database_numbers()
    {
        await using var db = Open();
        await using var transaction = await db.Database.BeginTransactionAsync(Cancel);
        db.AddRange(await RowsOfAnOrderAsync());
        Assert.True(db.HasOnlyNewRows());

        await db.InsertAsync(TouchProducts(), Cancel);

        // By which the relay learns at the commit that there is something to send.
        Assert.Equal(2, db.Tracked<OutboxMessage>(EntityState.Unchanged).Count);
        Assert.Single(db.Tracked<Order>(EntityState.Unchanged));
        Assert.Empty(db.Tracked<StockMovement>());
        Assert.False(db.HasOnlyNewRows());
        Assert.Equal(0, await db.SaveChangesAsync(Cancel));
    }

    [Fact]
    public async Task A_row_that_the_database_refuses_fails_as_it_does_in_SaveChanges()
    {
        await using var db = Open();
        await using var transaction = await db.Database.BeginTransactionAsync(Cancel);
        var rows = await RowsOfAnOrderAsync();
        db.AddRange(rows);
        await db.InsertAsync(TouchProducts(), Cancel);
        db.ChangeTracker.Clear();
        db.AddRange(rows);

        var failure = await Assert.ThrowsAsync<DbUpdateException>(() => db.InsertAsync(TouchProducts(), Cancel));

        var refusal = Assert.IsType<PostgresException>(failure.InnerException);
        Assert.Equal(PostgresErrorCodes.UniqueViolation, refusal.SqlState);
    }

    [Fact]
    public async Task Without_a_transaction_nothing_is_stored()
    {
        await using var db = Open();
        db.AddRange(await RowsOfAnOrderAsync());

        await Assert.ThrowsAsync<InvalidOperationException>(() => db.InsertAsync(TouchProducts(), Cancel));
    }

    [Fact]
    public async Task What_is_more_than_a_row_of_plain_columns_is_refused()
    {
        await using var db = Open();
        await using var transaction = await db.Database.BeginTransactionAsync(Cancel);
        db.Add(Vase());

        await Assert.ThrowsAsync<NotSupportedException>(() => db.InsertAsync(TouchProducts(), Cancel));
    }

    private OrdersDb Open() => new(Backends.OptionsFor<OrdersDb>(backends.Postgres));

    private static Product Vase()
    {
        var id = Guid.CreateVersion7();
        return new() { Id = id, Sku = $"{id:N}", Name = "Vase", Description = "", Price = new(1000, "EUR") };
    }

    private static NpgsqlBatchCommand TouchProducts() => new("UPDATE orders.products SET version = version");

    /// <summary>What placing an order stores, with values that are null, empty, documents and bytes.</summary>
    private async Task<object[]> RowsOfAnOrderAsync()
    {
        await using var db = Open();
        var product = await db.Products.AsNoTracking().SingleAsync(Cancel);
        var now = new DateTimeOffset(2026, 11, 30, 12, 0, 0, 123, TimeSpan.Zero);
        OrderLine[] lines = [new(product.Id, product.Sku, "Vase \"blue\" 'ü'", 2, product.Price)];
        var first = OrderProcess.Start(
            new(
                Guid.CreateVersion7(), Guid.CreateVersion7(), lines, new("Ada", "Street 1", "Berlin", "10115", "DE"),
                new(490, "EUR"), new(2490, "EUR"), "tok_visa"),
            now,
            new());
        var order = Order.Place(first, now);
        db.PublishAll(first.Events);
        return
        [
            order,
            .. StockMovement.Reserve(order, now),
            .. db.Tracked<OutboxMessage>(),
            new IdempotentAnswer
            {
                Key = "one",
                UserId = order.CustomerId,
                Route = "POST /api/orders",
                Fingerprint = [0, 1, 255],
                Status = 201,
                Location = null,
                Body = "{}",
                At = now,
            },
        ];
    }

    /// <summary>The rows that saving stores, as the database shows them; nothing of them stays.</summary>
    private async Task<string[]> StoredAsync(object[] rows, Func<OrdersDb, Task> save)
    {
        await using var db = Open();
        await using var transaction = await db.Database.BeginTransactionAsync(Cancel);
        db.AddRange(rows);
        await save(db);
        List<string> stored = [];
        foreach (var table in Tables)
        {
            // The number of a movement is the database's own.
            var number = table == "stock_movements" ? "id" : "";
            var query = $"""SELECT (to_jsonb(t) - '{number}')::text AS "Value" FROM orders.{table} AS t ORDER BY 1""";
            stored.AddRange(await db.Database.SqlQueryRaw<string>(query).ToListAsync(Cancel));
        }

        return [.. stored];
    }
}
