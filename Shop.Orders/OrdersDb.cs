using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Shop.Data;
using Shop.Messaging;
using Shop.Orders.Catalogue;
using Shop.Orders.Stock;
using Shop.ServiceDefaults;

namespace Shop.Orders;

internal sealed class OrdersDb : DbContext
{
    public OrdersDb(DbContextOptions<OrdersDb> options)
        : base(options)
    {
        // A failed save ends the whole transaction here; savepoints would only cost two round trips each time.
        Database.AutoSavepointsEnabled = false;
        Locks = new(this, order => order.Id, QueryLockedAsync);
    }

    public DbSet<Order> Orders => Set<Order>();

    /// <summary>What is sold now; deleted products are filtered out.</summary>
    public DbSet<Product> Products => Set<Product>();

    public DbSet<StockLevel> StockLevels => Set<StockLevel>();

    public DbSet<StockMovement> StockMovements => Set<StockMovement>();

    /// <summary>
    /// The database's clock, within a query. All replicas agree on it, whatever their own clocks say.
    /// </summary>
    public static DateTimeOffset Now() => throw new InvalidOperationException("Only for queries.");

    /// <summary>Orders by their ids, locked until the transaction ends.</summary>
    public RowLocks<Order> Locks { get; }

    /// <summary>
    /// Stores the changes, then what they take from the stock or return to it. Last, and once for all orders of the
    /// transaction, because from there to the commit all other orders of these products wait.
    /// </summary>
    /// <exception cref="StockShortageException">There are too few pieces; the caller must roll back.</exception>
    public override async Task<int> SaveChangesAsync(
        bool acceptAllChangesOnSuccess, CancellationToken cancellationToken = default)
    {
        var movements = this.Tracked<StockMovement>(EntityState.Added)
            .Where(movement => movement.IsOfOrder)
            .ToLookup(movement => movement.ProductId);
        if (movements.Count == 0)
            return await base.SaveChangesAsync(acceptAllChangesOnSuccess, cancellationToken);

        // A new order, which has no row that changes, is stored in the round trip that changes the stock.
        var saved = this.HasOnlyNewRows()
            ? 0
            : await base.SaveChangesAsync(acceptAllChangesOnSuccess, cancellationToken);
        var (stored, changed) = await this.InsertAsync(StockMovement.ToStockChange(movements), cancellationToken);
        if (changed != movements.Count)
            throw new StockShortageException($"Of {movements.Count} products, {changed} have enough pieces.");

        return saved + stored;
    }

    /// <summary>Orders whose deadline has passed and that nobody else is working on, locked.</summary>
    public Task<List<(Order Order, DateTimeOffset Now)>> LockDueAsync(int limit, CancellationToken cancel) =>
        LockedAsync(
            $"""
            SELECT * FROM orders.orders WHERE deadline_at <= now()
            ORDER BY deadline_at LIMIT {limit} FOR UPDATE SKIP LOCKED
            """,
            cancel);

    private async Task<(IReadOnlyList<Order> Orders, DateTimeOffset Now)> QueryLockedAsync(
        Guid[] ids, CancellationToken cancel)
    {
        var locked = await LockedAsync(
            $"SELECT * FROM orders.orders WHERE id = ANY ({ids}) ORDER BY id FOR UPDATE", cancel);
        return (locked.ConvertAll(row => row.Order), locked.Count > 0 ? locked[^1].Now : default);
    }

    /// <summary>The time is read outside of the query, so after the wait for the lock.</summary>
    private async Task<List<(Order Order, DateTimeOffset Now)>> LockedAsync(
        FormattableString query, CancellationToken cancel)
    {
        var rows = await Orders.FromSql(query)
            .Select(order => new { Order = order, Now = Now() })
            .ToListAsync(cancel);
        return rows.ConvertAll(row => (row.Order, row.Now));
    }

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.HasDefaultSchema("orders");
        modelBuilder.HasDbFunction(() => Now()).HasName("clock_timestamp").IsBuiltIn();
        modelBuilder.Entity<Order>(MapOrder);
        modelBuilder.Entity<Product>(MapProduct);
        modelBuilder.Entity<StockLevel>(MapStockLevel);
        modelBuilder.Entity<StockMovement>(MapStockMovement);
        modelBuilder.AddMessaging();
        modelBuilder.AddIdempotency();
        modelBuilder.AddErasure();
    }

    private static void MapOrder(EntityTypeBuilder<Order> order)
    {
        order.ToTable(table => table.HasCheckConstraint(
            "ck_orders_amounts", "shipping_amount >= 0 AND total_amount >= shipping_amount"));
        order.Property(o => o.Id).ValueGeneratedNever();
        Document(order.Property(o => o.Lines));
        Document(order.Property(o => o.ShipTo));
        order.Property(o => o.Currency).HasMaxLength(3).IsFixedLength();
        order.Property(o => o.PaymentToken).HasMaxLength(100);
        order.Property(o => o.Status).HasConversion<string>().HasMaxLength(20);
        order.Property(o => o.Payment).HasConversion<string>().HasMaxLength(20);
        order.Property(o => o.Parcel).HasConversion<string>().HasMaxLength(20);
        order.Property(o => o.RetryCount).HasColumnName("asked");
        order.Property(o => o.CancelReason).HasMaxLength(500);
        order.Property(o => o.Version).IsConcurrencyToken();
        Document(order.Property(o => o.History));
        order.HasIndex(o => new { o.CustomerId, o.Id }).IsDescending(false, true);
        order.HasIndex(o => o.DeadlineAt).HasFilter("deadline_at IS NOT NULL");
    }

    private static void MapProduct(EntityTypeBuilder<Product> product)
    {
        product.ToTable(table => table.HasCheckConstraint(
            "ck_products_price", $"price_amount BETWEEN 0 AND {ProductRules.HighestStoredPrice}"));
        product.Property(p => p.Id).ValueGeneratedNever();
        product.Property(p => p.Sku).HasMaxLength(40);
        product.Property(p => p.Name).HasMaxLength(ProductRules.LongestName);
        product.Property(p => p.Description).HasMaxLength(2000);
        product.ComplexProperty(p => p.Price, money => money.Property(m => m.Currency).HasMaxLength(3).IsFixedLength());
        product.Property(p => p.Version).IsConcurrencyToken();
        product.HasGeneratedTsVectorColumn(p => p.Words, "english", p => new { p.Name, p.Description });
        product.HasIndex(p => p.Words).HasMethod("gin");
        product.HasQueryFilter(p => p.DeletedAt == null);
        product.HasIndex(p => p.Sku).IsUnique().HasFilter("deleted_at IS NULL");
        product.HasIndex(p => new { p.Name, p.Id }).HasFilter("deleted_at IS NULL");
    }

    private static void MapStockLevel(EntityTypeBuilder<StockLevel> level)
    {
        level.ToTable(table => table.HasCheckConstraint(
            "ck_stock_levels_not_negative", "available >= 0 AND reserved >= 0"));
        level.HasKey(l => l.ProductId);
        level.HasOne<Product>().WithOne().HasForeignKey<StockLevel>(l => l.ProductId).OnDelete(DeleteBehavior.Restrict);
    }

    private static void MapStockMovement(EntityTypeBuilder<StockMovement> movement)
    {
        movement.HasKey(m => new { m.ProductId, m.Id });
        movement.Property(m => m.Id).UseIdentityAlwaysColumn();
        movement.Property(m => m.Kind).HasConversion<string>().HasMaxLength(20);
        movement.Property(m => m.Reason).HasMaxLength(AdjustStock.LongestReason);
        // An order can reserve a product once and release or sell it once, and no more, whatever the code does.
        movement.HasIndex(m => new { m.OrderId, m.ProductId, m.Kind }).IsUnique().HasFilter("order_id IS NOT NULL");
        movement.HasIndex(m => new { m.OrderId, m.ProductId }).IsUnique().HasFilter("kind IN ('Released', 'Sold')");
    }

    /// <summary>Stores an immutable value as one JSON document; it changes by replacing it.</summary>
    private static void Document<T>(PropertyBuilder<T> property)
        where T : class =>
        property.HasColumnType("jsonb").HasConversion(
            value => JsonSerializer.Serialize(value, Json.Events),
            json => JsonSerializer.Deserialize<T>(json, Json.Events)!,
            new ValueComparer<T>(
                (left, right) => ReferenceEquals(left, right), value => value.GetHashCode(), value => value));
}
