using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.HttpResults;
using Polly;
using Shop.ServiceDefaults;

namespace Shop.Gateway;

/// <summary>
/// One answer instead of three calls over the customer's network. A service that is away costs its part, not the page:
/// the part is null and named in <c>unavailable</c>.
/// </summary>
internal static partial class OrderOverview
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    public static readonly string[] Sources = ["orders", "payments", "shipping"];

    public sealed record Response(JsonNode? Order, JsonNode? Payment, JsonNode? Shipment, IReadOnlyList<string> Unavailable);

    private sealed record Part(string Name, HttpStatusCode? Status, JsonNode? Content)
    {
        public bool IsUnavailable => Status is null;
    }

    public static string ClientOf(string service) => $"gateway-{service}";

    public static async Task<Results<Ok<Response>, ProblemHttpResult>> Handle(
        Guid id, IHttpClientFactory clients, ILogger<Response> log, CancellationToken cancel)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(Patience);
        var parts = await Task.WhenAll(
            Fetch("order", "orders", $"/api/orders/{id}"),
            Fetch("payment", "payments", $"/api/payments/{id}"),
            Fetch("shipment", "shipping", $"/api/shipping/shipments/{id}"));
        cancel.ThrowIfCancellationRequested();

        // Only Orders knows whether there is such an order; the other parts come into being as it proceeds.
        if (parts[0].Status == HttpStatusCode.NotFound)
            return Problem.NotFound("There is no such order.");

        return TypedResults.Ok(new Response(
            parts[0].Content, parts[1].Content, parts[2].Content, [.. parts.Where(part => part.IsUnavailable).Select(part => part.Name)]));

        async Task<Part> Fetch(string name, string service, string path)
        {
            try
            {
                using var client = clients.CreateClient(ClientOf(service));
                using var response = await client.GetAsync(new Uri(path, UriKind.Relative), patience.Token);
                if (response.StatusCode == HttpStatusCode.NotFound)
                    return new(name, response.StatusCode, null);

                response.EnsureSuccessStatusCode();
                return new(name, response.StatusCode, await JsonNode.ParseAsync(await response.Content.ReadAsStreamAsync(patience.Token), cancellationToken: patience.Token));
            }
            // A caller who has hung up needs no answer, and is nobody's failure.
            catch (Exception exception) when (!cancel.IsCancellationRequested
                && exception is HttpRequestException or OperationCanceledException or ExecutionRejectedException
                    or System.Text.Json.JsonException)
            {
                LogUnavailable(log, name, exception.GetType().Name);
                return new(name, null, null);
            }
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "The {Part} of an overview is unavailable: {Cause}")]
    private static partial void LogUnavailable(ILogger log, string part, string cause);
}
