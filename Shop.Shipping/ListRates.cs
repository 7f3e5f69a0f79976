using Microsoft.AspNetCore.Http.HttpResults;

namespace Shop.Shipping;

/// <summary>The whole price list, so that Orders can price a checkout without a call.</summary>
internal static class ListRates
{
    public sealed record Response(IReadOnlyList<Rate> Items);

    private static readonly Response List = new(Rates.All);

    public static Ok<Response> Handle(HttpResponse response)
    {
        response.Headers.CacheControl = "public, max-age=60";
        return TypedResults.Ok(List);
    }
}
