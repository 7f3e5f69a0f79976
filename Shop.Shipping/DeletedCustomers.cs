using Microsoft.EntityFrameworkCore;
using Shop.Data;
using Shop.Messaging;

namespace Shop.Shipping;

/// <summary>
/// Forgets the addressee of shipments whose customer's account is gone, as soon as no parcel is under way.
/// </summary>
internal sealed class DeletedCustomers(
    IServiceScopeFactory scopes, DatabaseReadiness<ShippingDb> readiness, ILogger<ErasureLoop<ShippingDb>> log)
    : ErasureLoop<ShippingDb>(scopes, readiness, log)
{
    /// <summary>Shipments in one transaction, which locks them.</summary>
    private const int Batch = 200;

    public static Task Note(UserDeleted deleted, ShippingDb db, EventContext context, CancellationToken cancel) =>
        db.NoteDeletedAsync(deleted.UserId, deleted.DeletedAt, cancel);

    protected override async Task<bool> EraseAsync(ShippingDb db, Guid userId, CancellationToken cancel)
    {
        var named = db.Shipments.Where(shipment =>
            shipment.CustomerId == userId && shipment.ShipTo != null && shipment.ShipTo.Name != "");
        var ended = await named
            .Where(shipment => shipment.State.NextOperation == CarrierOperation.Nothing)
            .OrderBy(shipment => shipment.Id).Take(Batch)
            .Include(shipment => shipment.Events)
            .ToListAsync(cancel);
        ended.ForEach(shipment => shipment.Anonymize());
        await db.SaveChangesAsync(cancel);
        return await named.AnyAsync(cancel);
    }
}
