using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.HttpResults;
using Polly;
using Shop.ServiceDefaults;

namespace Shop.Gateway;

/// <summary>
/// One answer instead of three calls over the customer's network. When a service is unavailable or slow, only its part
/// suffers: it is named in <c>unavailable</c>, and is the last one that this customer has seen, or null.
/// </summary>
internal static partial class OrderOverview
{
    /// <summary>A customer waits for this page: a late part is worth less than the others at once.</summary>
    private static readonly Source[] Parts =
    [
        // Without the order there is not much to see.
        new("order", "orders", id => $"/api/orders/{id}", TimeSpan.FromSeconds(3)),
        new("payment", "payments", id => $"/api/payments/{id}", TimeSpan.FromSeconds(1.5)),
        new("shipment", "shipping", id => $"/api/shipping/shipments/{id}", TimeSpan.FromSeconds(1.5)),
    ];

    /// <param name="Order">As Orders tells it.</param>
    /// <param name="Payment">As Payments tells it; null when there is none yet.</param>
    /// <param name="Shipment">As Shipping tells it; null when there is none yet.</param>
    /// <param name="Unavailable">The parts that could not be read now.</param>
    /// <param name="AgeInSeconds">How old those of them are that are shown all the same.</param>
    public sealed record Response(
        JsonNode? Order, JsonNode? Payment, JsonNode? Shipment, IReadOnlyList<string> Unavailable,
        IReadOnlyDictionary<string, int> AgeInSeconds);

    public static IEnumerable<string> Sources => Parts.Select(part => part.Service);

    private sealed record Source(string Name, string Service, Func<Guid, string> Path, TimeSpan Budget);

    private sealed record Part(string Name, HttpStatusCode? Status, JsonNode? Content, TimeSpan? Age = null);

    public static string ClientOf(string service) => $"gateway-{service}";

    public static async Task<Results<Ok<Response>, ProblemHttpResult>> Handle(
        Guid id, CurrentUser user, IHttpClientFactory clients, OverviewCache cache, ILogger<Response> log,
        CancellationToken cancel)
    {
        var parts = await Task.WhenAll(Parts.Select(FetchAsync));
        cancel.ThrowIfCancellationRequested();

        // Only Orders knows whether the order exists; payment and shipment are created later.
        if (parts[0].Status == HttpStatusCode.NotFound)
            return Problem.NotFound("There is no such order.");

        return TypedResults.Ok(new Response(
            parts[0].Content,
            parts[1].Content,
            parts[2].Content,
            [.. parts.Where(part => part.Status is null).Select(part => part.Name)],
            parts.Where(part => part.Age is not null)
                .ToDictionary(part => part.Name, part => (int)part.Age!.Value.TotalSeconds)));

        async Task<Part> FetchAsync(Source source)
        {
            using var budget = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            budget.CancelAfter(source.Budget);
            try
            {
                using var client = clients.CreateClient(ClientOf(source.Service));
                using var response = await client.GetAsync(new Uri(source.Path(id), UriKind.Relative), budget.Token);
                if (response.StatusCode == HttpStatusCode.NotFound)
                    return new(source.Name, response.StatusCode, null);

                response.EnsureSuccessStatusCode();
                var content = await JsonNode.ParseAsync(
                    await response.Content.ReadAsStreamAsync(budget.Token), cancellationToken: budget.Token);
                cache.Keep(user.Id, id, source.Name, content);
                return new(source.Name, response.StatusCode, content);
            }
            // When the caller has disconnected, there is nobody to answer and nothing has failed.
            catch (Exception exception) when (!cancel.IsCancellationRequested
                && exception is HttpRequestException or OperationCanceledException or ExecutionRejectedException
                    or System.Text.Json.JsonException)
            {
                LogUnavailable(log, source.Name, exception.GetType().Name);
                var (content, age) = cache.Last(user.Id, id, source.Name);
                return new(source.Name, null, content, age);
            }
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "The {Part} of an overview is unavailable: {Cause}")]
    private static partial void LogUnavailable(ILogger log, string part, string cause);
}
