using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;

namespace Shop.AppHost;

/// <summary>One of the demo accounts at the gateway of the running shop.</summary>
internal sealed class ShopClient : IDisposable
{
    private readonly HttpClient _http;

    private ShopClient(HttpClient http) => _http = http;

    public static async Task<ShopClient> SignInAsync(IServiceProvider services, string email, CancellationToken cancel)
    {
        var model = services.GetRequiredService<DistributedApplicationModel>();
        var gateway = Topology.GatewayIn(model);
        var client = new ShopClient(services.GetRequiredService<IHttpClientFactory>().CreateClient(nameof(ShopClient)));
        try
        {
            client._http.BaseAddress = new(gateway.GetEndpoint("http").Url);
            var account = new { email, password = DemoAccounts.Password };
            var session = await client.SendAsync(HttpMethod.Post, "/api/users/session", cancel, account);
            client._http.DefaultRequestHeaders.Authorization = new("Bearer", (string?)session!["accessToken"]);
            return client;
        }
        catch
        {
            client.Dispose();
            throw;
        }
    }

    /// <returns>The answer's JSON; null when it has none.</returns>
    /// <exception cref="HttpRequestException">
    /// The shop refused, or could not be reached; the message says why.
    /// </exception>
    public async Task<JsonNode?> SendAsync(
        HttpMethod method, string path, CancellationToken cancel, object? body = null)
    {
        using var request = new HttpRequestMessage(method, path);
        request.Content = body is null ? null : JsonContent.Create(body);
        if (method == HttpMethod.Post)
            request.Headers.Add("Idempotency-Key", Guid.CreateVersion7().ToString());

        using var answer = await _http.SendAsync(request, cancel);
        var text = await answer.Content.ReadAsStringAsync(cancel);
        if (answer.IsSuccessStatusCode)
            return text.Length == 0 ? null : JsonNode.Parse(text);

        var isProblem = answer.Content.Headers.ContentType?.MediaType == "application/problem+json";
        var detail = isProblem ? (string?)JsonNode.Parse(text)?["detail"] : null;
        throw new HttpRequestException(detail ?? $"{method} {path} was answered by {(int)answer.StatusCode}.");
    }

    public void Dispose() => _http.Dispose();
}
