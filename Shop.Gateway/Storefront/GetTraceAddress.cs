using Microsoft.AspNetCore.Http.HttpResults;

namespace Shop.Gateway.Storefront;

/// <summary>Where traces are shown, so that the operator's pages can link to them.</summary>
internal static class GetTraceAddress
{
    private const string Setting = "Traces:Address";

    /// <param name="Address">A trace is shown at this address followed by its id; null when none is configured.</param>
    public sealed record Response(string? Address);

    public static Ok<Response> Handle(IConfiguration configuration) =>
        TypedResults.Ok(new Response(configuration[Setting] is { Length: > 0 } address ? address : null));
}
