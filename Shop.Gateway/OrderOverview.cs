using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.HttpResults;
using Polly;
using Shop.ServiceDefaults;

namespace Shop.Gateway;

/// <summary>
/// One answer instead of three calls over the customer's network. When a service is unavailable, only its part is
/// missing: it is null and named in <c>unavailable</c>.
/// </summary>
internal static partial class OrderOverview
{
    // A customer waits for this page; a late part is worth less than the others at once.
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(3);

    public static readonly string[] Sources = ["orders", "payments", "shipping"];

    public sealed record Response(
        JsonNode? Order, JsonNode? Payment, JsonNode? Shipment, IReadOnlyList<string> Unavailable);

    private sealed record Part(string Name, HttpStatusCode? Status, JsonNode? Content)
    {
        public bool IsUnavailable => Status is null;
    }

    public static string ClientOf(string service) => $"gateway-{service}";

    public static async Task<Results<Ok<Response>, ProblemHttpResult>> Handle(
        Guid id, IHttpClientFactory clients, ILogger<Response> log, CancellationToken cancel)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        timeout.CancelAfter(Timeout);
        var parts = await Task.WhenAll(
            Fetch("order", "orders", $"/api/orders/{id}"),
            Fetch("payment", "payments", $"/api/payments/{id}"),
            Fetch("shipment", "shipping", $"/api/shipping/shipments/{id}"));
        cancel.ThrowIfCancellationRequested();

        // Only Orders knows whether the order exists; payment and shipment are created later.
        if (parts[0].Status == HttpStatusCode.NotFound)
            return Problem.NotFound("There is no such order.");

        return TypedResults.Ok(new Response(
            parts[0].Content,
            parts[1].Content,
            parts[2].Content,
            [.. parts.Where(part => part.IsUnavailable).Select(part => part.Name)]));

        async Task<Part> Fetch(string name, string service, string path)
        {
            try
            {
                using var client = clients.CreateClient(ClientOf(service));
                using var response = await client.GetAsync(new Uri(path, UriKind.Relative), timeout.Token);
                if (response.StatusCode == HttpStatusCode.NotFound)
                    return new(name, response.StatusCode, null);

                response.EnsureSuccessStatusCode();
                return new(
                    name,
                    response.StatusCode,
                    await JsonNode.ParseAsync(
                        await response.Content.ReadAsStreamAsync(timeout.Token), cancellationToken: timeout.Token));
            }
            // When the caller has disconnected, there is nobody to answer and nothing has failed.
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
