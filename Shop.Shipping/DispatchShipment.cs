using Microsoft.AspNetCore.Http.HttpResults;

namespace Shop.Shipping;

/// <summary>
/// An operator hands a parcel to the driver before the carrier reports it. After that it can't be stopped.
/// </summary>
internal static class DispatchShipment
{
    public static Task<Results<Ok<HoldShipment.Response>, ProblemHttpResult>> Handle(
        Guid orderId, ShippingDb db, CancellationToken cancel) =>
        HoldShipment.CarryOutAsync(orderId, (_, _) => new DispatchRequested(), db, cancel);
}
