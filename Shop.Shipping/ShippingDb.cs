using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Shop.Data;
using Shop.Messaging;

namespace Shop.Shipping;

internal sealed class ShippingDb(DbContextOptions<ShippingDb> options) : DbContext(options)
{
    public DbSet<Shipment> Shipments => Set<Shipment>();

    /// <summary>The shipment of an order, held against all others until the transaction ends.</summary>
    public async Task<Shipment?> LockAsync(Guid orderId, CancellationToken cancel)
    {
        // Two steps until FromSql knows the column names of complex properties: https://github.com/dotnet/efcore/issues/34818
        var ids = await Database.SqlQuery<Guid>($"SELECT id FROM shipping.shipments WHERE order_id = {orderId} FOR UPDATE").ToListAsync(cancel);
        return ids is [var id] ? await Shipments.SingleAsync(shipment => shipment.Id == id, cancel) : null;
    }

    /// <summary>Those that are due and in nobody's hand, held until the transaction ends; what others hold is passed over.</summary>
    public async Task<List<Shipment>> LockDueAsync(int most, CancellationToken cancel)
    {
        var ids = await Database.SqlQuery<Guid>(
            $"""
            SELECT id FROM shipping.shipments
            WHERE due_at <= now() AND (leased_until IS NULL OR leased_until <= now())
            ORDER BY due_at LIMIT {most} FOR UPDATE SKIP LOCKED
            """).ToListAsync(cancel);
        return ids.Count == 0 ? [] : await Shipments.Where(shipment => ids.Contains(shipment.Id)).ToListAsync(cancel);
    }

    /// <summary>Carries out what <see cref="ShipmentProcess"/> decides: state, tracking and events are stored by one SaveChanges.</summary>
    public void Apply(Shipment shipment, Happening happening, DateTimeOffset now)
    {
        var step = ShipmentProcess.Apply(shipment.State, happening, now);
        shipment.Take(step, now);
        Tell(shipment, step.Tell);
    }

    public void Tell(Shipment shipment, IEnumerable<Outcome> outcomes)
    {
        var (orderId, state) = (shipment.OrderId, shipment.State);
        foreach (var outcome in outcomes)
        {
            switch (outcome)
            {
                case Outcome.Created:
                    this.Publish(new ShipmentCreated(orderId, state.Carrier!, state.TrackingNumber!));
                    break;
                case Outcome.Dispatched:
                    this.Publish(new ShipmentDispatched(orderId, state.DispatchedAt!.Value));
                    break;
                case Outcome.Delivered:
                    this.Publish(new ShipmentDelivered(orderId, state.DeliveredAt!.Value));
                    break;
                case Outcome.Rejected:
                    this.Publish(new ShipmentRejected(orderId, state.Reason!));
                    break;
                case Outcome.Stopped:
                    this.Publish(new ShipmentStopped(orderId));
                    break;
                default:
                    throw new InvalidOperationException($"There is no event for {outcome}.");
            }
        }
    }

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
            state.Property(s => s.Ask).HasColumnName("ask").HasConversion<string>().HasMaxLength(20);
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
