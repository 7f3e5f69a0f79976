using FsCheck;
using FsCheck.Fluent;
using Microsoft.EntityFrameworkCore;
using Shop.Orders;
using Shop.Orders.Catalogue;
using Shop.Orders.Stock;
using Shop.ServiceDefaults;
using Shop.Tests.Messaging;

namespace Shop.Tests.Distributed;

/// <summary>
/// What holds for any sequence of orders, cancellations, deliveries and counts, tried with random ones on a real
/// Postgres.
/// </summary>
[Collection(nameof(Backends))]
public sealed class StockJournalTests(Backends backends) : IAsyncLifetime
{
    private const int Opening = 10;
    private readonly Tally _tally = new();

    private enum Deed
    {
        Order,
        Cancel,
        Deliver,
        Count,
    }

    public async ValueTask InitializeAsync()
    {
        await using var db = Open();
        await db.Database.ExecuteSqlAsync($"DROP SCHEMA IF EXISTS orders CASCADE");
        await db.Database.MigrateAsync();
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public void The_journal_adds_up_to_the_stock_and_nothing_is_ever_negative()
    {
        Prop.ForAll(Stories().ToArbitrary(), PlayAsync).Check(Config.QuickThrowOnFailure.WithMaxTest(25));

        // Else the stories were too dull to prove anything.
        Assert.True(
            _tally is
            {
                Reserved: > 15, Short: > 15, Released: > 5, Sold: > 5, Together: > 2, Repeated: > 5, Counted: > 15,
                Refused: > 1
            },
            _tally.ToString());
    }

    /// <summary>
    /// Plays a story on products of its own, next to a model that knows only sums, and compares after each step.
    /// </summary>
    private async Task PlayAsync((Deed Deed, int Which, int Much)[] story)
    {
        Guid[] products = [await AddAsync(), await AddAsync()];
        var (available, reserved) = (
            products.ToDictionary(id => id, _ => Opening), products.ToDictionary(id => id, _ => 0));
        var orders = new List<Order>();
        var ended = new HashSet<Guid>();
        foreach (var (deed, which, much) in story)
        {
            await using var db = Open();
            await using var transaction = await db.Database.BeginTransactionAsync();
            switch (deed)
            {
                case Deed.Order:
                    PlaceOrder.Line[] lines = which % 3 == 2
                        ? [new(products[1], much), new(products[0], 1)]
                        : [new(products[which % 2], much)];
                    var order = Placed(lines);
                    db.StockMovements.AddRange(StockMovement.Reserve(order, DateTimeOffset.UnixEpoch));
                    if (lines.Any(line => available[line.ProductId] < line.Quantity))
                    {
                        await Assert.ThrowsAsync<StockShortageException>(() => db.SaveChangesAsync());
                        _tally.Short++;
                        break;
                    }

                    await db.SaveChangesAsync();
                    await transaction.CommitAsync();
                    _tally.Reserved++;
                    orders.Add(order);
                    foreach (var line in lines)
                    {
                        available[line.ProductId] -= line.Quantity;
                        reserved[line.ProductId] += line.Quantity;
                    }

                    break;

                case Deed.Cancel or Deed.Deliver when orders is []:
                    break;

                case Deed.Cancel or Deed.Deliver:
                    // Sometimes two at once, one of them cancelled and one delivered: often of the same product.
                    var (one, other) = (orders[which % orders.Count], orders[much % orders.Count]);
                    var isCancelled = deed == Deed.Cancel;
                    await EndAsync(
                        one == other || much < 4
                            ? [(one, isCancelled)]
                            : [(one, isCancelled), (other, !isCancelled)]);
                    break;

                case Deed.Count:
                    var (product, change) = (products[which % 2], (which % 5) - 3);
                    var possible = change != 0 && available[product] + change >= 0;
                    if (change == 0)
                        break;

                    Assert.Equal(
                        possible,
                        await AdjustStock.AdjustAsync(
                            db, product, change, "counted", Guid.Empty, CancellationToken.None) is not null);
                    if (!possible)
                    {
                        _tally.Refused++;
                        break;
                    }

                    await transaction.CommitAsync();
                    _tally.Counted++;
                    available[product] += change;
                    break;
            }

            foreach (var product in products)
                Assert.Equal(
                    await BooksAsync(product),
                    (available[product], reserved[product], available[product], reserved[product]));

            async Task EndAsync((Order Order, bool IsCancelled)[] ending)
            {
                foreach (var (order, isCancelled) in ending)
                    db.StockMovements.AddRange(
                        isCancelled
                            ? StockMovement.Release(order, DateTimeOffset.UnixEpoch)
                            : StockMovement.Sell(order, DateTimeOffset.UnixEpoch));

                if (ending.Any(one => ended.Contains(one.Order.Id)))
                {
                    // Its pieces have moved already: the second time the database itself says no, to all of it.
                    await Assert.ThrowsAsync<DbUpdateException>(() => db.SaveChangesAsync());
                    _tally.Repeated++;
                    return;
                }

                await db.SaveChangesAsync();
                await transaction.CommitAsync();
                _tally.Together += ending.Length - 1;
                foreach (var (order, isCancelled) in ending)
                {
                    ended.Add(order.Id);
                    _ = isCancelled ? _tally.Released++ : _tally.Sold++;
                    foreach (var line in order.Lines)
                    {
                        reserved[line.ProductId] -= line.Quantity;
                        available[line.ProductId] += isCancelled ? line.Quantity : 0;
                    }
                }
            }
        }
    }

    private async Task<(int, int, int, int)> BooksAsync(Guid product)
    {
        await using var db = Open();
        var level = await db.StockLevels.AsNoTracking().SingleAsync(level => level.ProductId == product);
        var journal = db.StockMovements.Where(movement => movement.ProductId == product);
        return (
            level.Available, level.Reserved, await journal.SumAsync(movement => movement.Available),
            await journal.SumAsync(movement => movement.Reserved));
    }

    private async Task<Guid> AddAsync()
    {
        var id = Guid.CreateVersion7();
        await using var db = Open();
        db.Add(new Product { Id = id, Sku = $"{id:N}", Name = "Vase", Description = "", Price = new(1000, "EUR") });
        db.Add(new StockLevel { ProductId = id, Available = Opening, Reserved = 0 });
        db.Add(
            new StockMovement
            {
                ProductId = id,
                Kind = MovementKind.Opening,
                Available = Opening,
                Reserved = 0,
                At = DateTimeOffset.UnixEpoch,
            });
        await db.SaveChangesAsync();
        return id;
    }

    private static Order Placed(PlaceOrder.Line[] lines)
    {
        OrderLine[] ordered =
        [
            .. lines.Select(line => new OrderLine(line.ProductId, "sku", "Vase", line.Quantity, new(1000, "EUR"))),
        ];
        var facts = new OrderFacts(
            Guid.CreateVersion7(),
            Guid.CreateVersion7(),
            ordered,
            new("Ada", "Street 1", "Berlin", "10115", "DE"),
            Money.Zero("EUR"),
            Order.GoodsTotal(ordered),
            "tok_visa");
        return Order.Place(OrderProcess.Start(facts, DateTimeOffset.UnixEpoch, new()), DateTimeOffset.UnixEpoch);
    }

    private static Gen<(Deed, int, int)[]> Stories() =>
        Gen.Elements(Deed.Order, Deed.Order, Deed.Order, Deed.Cancel, Deed.Deliver, Deed.Count)
            .SelectMany(_ => Gen.Choose(0, 99), (deed, which) => (deed, which))
            .SelectMany(_ => Gen.Choose(1, 6), (step, much) => (step.deed, step.which, much))
            .ArrayOf(15);

    private OrdersDb Open() => new(Backends.OptionsFor<OrdersDb>(backends.Postgres));

    private sealed record Tally
    {
        public int Reserved { get; set; }
        public int Short { get; set; }
        public int Released { get; set; }
        public int Sold { get; set; }
        public int Together { get; set; }
        public int Repeated { get; set; }
        public int Counted { get; set; }
        public int Refused { get; set; }
    }
}
