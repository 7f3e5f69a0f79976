using Microsoft.AspNetCore.Http.HttpResults;
using Shop.ServiceDefaults;
using Shop.Shipping.Carriers;

namespace Shop.Shipping;

/// <summary>What shipping to an address costs by the rate list, and whether the carrier goes there at all.</summary>
internal static class QuoteShipping
{
    /// <param name="Country">ISO 3166-1 alpha-2.</param>
    /// <param name="PostalCode">As written on a parcel.</param>
    /// <param name="Items">How many pieces.</param>
    /// <param name="Goods">What they cost; decides whether shipping is free.</param>
    public sealed record Request(string Country, string PostalCode, int Items, Money? Goods = null);

    /// <param name="Serviceable">Whether we deliver there.</param>
    /// <param name="Price">Null when we don't.</param>
    /// <param name="Reason">Why we don't.</param>
    public sealed record Response(bool Serviceable, Money? Price, string? Reason);

    public static Results<Ok<Response>, ValidationProblem> Handle(Request request, Carrier carrier)
    {
        var validation = new Validation()
            .CheckDestination("", request.PostalCode, request.Country)
            .Check(request.Items is > 0 and <= 50_000, "items", "The number of items must be from 1 to 50000.")
            .Check(
                request.Goods is not { Currency: not Rates.Currency },
                "goods.currency",
                $"Goods are priced in {Rates.Currency}.")
            .Check(request.Goods is not { Amount: < 0 }, "goods.amount", "Goods can't cost less than nothing.");
        if (validation.Failed)
            return validation.ToProblem();

        return TypedResults.Ok(carrier.RefusalOf(request.Country, request.PostalCode) is { } reason
            ? new Response(false, null, reason)
            : new Response(true, Rates.Of(request.Country).For(request.Goods), null));
    }
}
