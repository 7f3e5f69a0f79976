using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Shop.Data;
using Shop.Messaging;

namespace Shop.Shipping;

internal sealed class ShippingDb : DbContext
{
    public ShippingDb(DbContextOptions<ShippingDb> options)
        : base(options) => Locks = this.RowLocksBy<Shipment>(shipment => shipment.OrderId, "order_id");

    public DbSet<Shipment> Shipments => Set<Shipment>();

    /// <summary>The shipments of orders, by the ids of these, locked until the transaction ends.</summary>
    public RowLocks<Shipment> Locks { get; }

    protected override void OnModelCreating(ModelBuilder model)
    {
        model.HasDefaultSchema("shipping");
        model.AddMessaging();
        model.AddErasure();
        model.Entity<Shipment>(Map);
        model.Entity<TrackingEvent>(seen =>
        {
            seen.ToTable("tracking_events");
            seen.Property(e => e.Id).ValueGeneratedNever();
            seen.Property(e => e.Status).HasConversion<string>().HasMaxLength(20);
            seen.Property(e => e.Place).HasMaxLength(200);
        });
    }

    private static void Map(EntityTypeBuilder<Shipment> shipment)
    {
        shipment.Property(s => s.Id).ValueGeneratedNever();
        shipment.Property(s => s.TraceParent).HasMaxLength(55);
        shipment.ComplexProperty(s => s.ShipTo, address => address.ToJson("ship_to"));
        shipment.ComplexCollection(s => s.Lines, line => line.ToJson("lines"));
        shipment.ComplexProperty(s => s.State, state =>
        {
            state.Property(s => s.Status).HasColumnName("status").HasConversion<string>().HasMaxLength(20);
            state.Property(s => s.NextOperation).HasColumnName("ask").HasConversion<string>().HasMaxLength(20);
            state.Property(s => s.Carrier).HasColumnName("carrier").HasMaxLength(50);
            state.Property(s => s.TrackingNumber).HasColumnName("tracking_number").HasMaxLength(50);
            state.Property(s => s.Reason).HasColumnName("reason").HasMaxLength(200);
            state.Property(s => s.DispatchedAt).HasColumnName("dispatched_at");
            state.Property(s => s.DeliveredAt).HasColumnName("delivered_at");
            state.Property(s => s.HeldWith).HasColumnName("held_with");
            state.Property(s => s.Unanswered).HasColumnName("unanswered");
        });
        shipment.HasMany(s => s.Events).WithOne().HasForeignKey(e => e.ShipmentId).OnDelete(DeleteBehavior.Cascade);
        shipment.HasIndex(s => s.OrderId).IsUnique();
        shipment.HasIndex(s => s.CustomerId);
        shipment.HasIndex(s => s.DueAt).HasFilter("due_at IS NOT NULL");
    }
}
