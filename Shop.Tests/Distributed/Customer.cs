using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Shop.Tests.Distributed;

/// <summary>Somebody who uses the shop from outside, over HTTP only.</summary>
public sealed class Customer(HttpClient http)
{
    private const string Password = "a long walk on the beach";

    public HttpClient Http => http;

    public Guid Id { get; private set; }

    public string Email { get; } = $"{Guid.CreateVersion7():N}@customers.example";

    public static string NewKey() => Guid.CreateVersion7().ToString();

    public async Task RegisterAsync()
    {
        var account = await Read(
            await http.PostAsJsonAsync("/api/users", new { email = Email, password = Password, name = "Ada Example" }),
            HttpStatusCode.Created);
        Id = (Guid)account["id"]!;
    }

    public async Task SignInAsync()
    {
        var session = await Read(
            await http.PostAsJsonAsync("/api/users/session", new { email = Email, password = Password }),
            HttpStatusCode.OK);
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
            "Bearer", (string)session["accessToken"]!);
    }

    public async Task<JsonNode> ProductAsync(int index = 0)
    {
        var page = await Read(
            await http.GetAsync(new Uri("/api/products?limit=50", UriKind.Relative)), HttpStatusCode.OK);
        return page["items"]![index]!;
    }

    /// <summary>What there is most of.</summary>
    public async Task<JsonNode> PlentifulProductAsync()
    {
        var page = await Read(
            await http.GetAsync(new Uri("/api/products?limit=50", UriKind.Relative)), HttpStatusCode.OK);
        return page["items"]!.AsArray().MaxBy(product => (int)product!["available"]!)!;
    }

    public static JsonObject OrderOf(
        Guid product, int quantity = 1, string token = "tok_visa", string postalCode = "10115") => new()
        {
            ["lines"] = new JsonArray(new JsonObject { ["productId"] = product, ["quantity"] = quantity }),
            ["shipTo"] = new JsonObject
            {
                ["name"] = "Ada Example",
                ["line1"] = "Invalidenstr. 1",
                ["city"] = "Berlin",
                ["postalCode"] = postalCode,
                ["country"] = "DE",
            },
            ["paymentToken"] = token,
        };

    public async Task<HttpResponseMessage> PostOrderAsync(JsonNode order, string? key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/orders")
        {
            Content = JsonContent.Create(order),
        };
        if (key is not null)
            request.Headers.Add("Idempotency-Key", key);

        return await http.SendAsync(request, TestContext.Current.CancellationToken);
    }

    public Task<HttpResponseMessage> CancelAsync(Guid order) =>
        http.PostAsync(
            new Uri($"/api/orders/{order}/cancel", UriKind.Relative), null, TestContext.Current.CancellationToken);

    /// <summary>Orders and, like any good client, tries again with the same key while the shop says "later".</summary>
    public async Task<Guid> OrderAsync(JsonObject order)
    {
        var key = NewKey();
        var response = await Eventually.Is(
            async () => await PostOrderAsync(order.DeepClone(), key),
            response =>
                response.StatusCode is not (HttpStatusCode.BadGateway
                    or HttpStatusCode.ServiceUnavailable
                    or HttpStatusCode.GatewayTimeout),
            within: TimeSpan.FromSeconds(60));
        return (Guid)(await Read(response, HttpStatusCode.Created))["id"]!;
    }

    public async Task<JsonNode> GetAsync(string path, HttpStatusCode expected = HttpStatusCode.OK) =>
        await Read(await http.GetAsync(new Uri(path, UriKind.Relative)), expected);

    public async Task<string> StatusOfAsync(Guid order) => (string)(await GetAsync($"/api/orders/{order}"))["status"]!;

    public static async Task<JsonNode> Read(HttpResponseMessage response, HttpStatusCode expected)
    {
        var body = await response.Content.ReadAsStringAsync();
        Assert.True(
            response.StatusCode == expected,
            $"{response.RequestMessage?.Method} {response.RequestMessage?.RequestUri?.PathAndQuery}: {(int)response.StatusCode} instead of {(int)expected}: {body}");
        return JsonNode.Parse(body) ?? throw new InvalidOperationException("An empty answer.");
    }
}
