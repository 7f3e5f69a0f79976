using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Shop.Load;

/// <summary>The few requests that scenarios are made of.</summary>
internal static class ShopApi
{
    private const string Password = "a long walk on the beach";

    // The demo account of Development: a shop that is measured is a developer's.
    private const string Operator = "operator@shop.example";
    private const string OperatorPassword = "correct horse battery staple";

    /// <summary>Registers somebody nobody has seen before.</summary>
    public static async Task<string> RegisterAsync(HttpClient client, CancellationToken cancel)
    {
        var email = $"{Guid.CreateVersion7():N}@customers.example";
        using var answer = await client.PostAsJsonAsync(
            "/api/users", new { email, password = Password, name = "Ada Example" }, cancel);
        answer.EnsureSuccessStatusCode();
        return email;
    }

    /// <summary>Signs in; the token is good for ten minutes.</summary>
    public static async Task<AuthenticationHeaderValue> SignInAsync(
        HttpClient client, string email, CancellationToken cancel, string password = Password)
    {
        using var answer = await client.PostAsJsonAsync("/api/users/session", new { email, password }, cancel);
        answer.EnsureSuccessStatusCode();
        var session = await answer.Content.ReadFromJsonAsync<JsonNode>(cancel);
        return new("Bearer", (string)session!["accessToken"]!);
    }

    /// <summary>Signs in as the one who runs the shop.</summary>
    public static Task<AuthenticationHeaderValue> SignInAsOperatorAsync(HttpClient client, CancellationToken cancel) =>
        SignInAsync(client, Operator, cancel, OperatorPassword);

    /// <summary>The first products of the catalogue.</summary>
    public static async Task<Guid[]> ProductsAsync(HttpClient client, CancellationToken cancel)
    {
        var page = await client.GetFromJsonAsync<JsonNode>("/api/products?limit=50", cancel);
        return [.. page!["items"]!.AsArray().Select(product => (Guid)product!["id"]!)];
    }

    /// <summary>New products that do not sell out.</summary>
    public static async Task<Guid[]> NewProductsAsync(HttpClient client, int count, CancellationToken cancel)
    {
        var asOperator = await SignInAsOperatorAsync(client, cancel);
        return await Task.WhenAll(Enumerable.Range(1, count).Select(async number =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/api/products")
            {
                Content = JsonContent.Create(new
                {
                    sku = $"L-{Guid.CreateVersion7():N}".ToUpperInvariant(),
                    name = $"Load Lamp {number}",
                    description = "Made for a measurement.",
                    price = new { amount = 1000, currency = "EUR" },
                    opening = 10_000_000,
                }),
            };
            request.Headers.Authorization = asOperator;
            using var answer = await client.SendAsync(request, cancel);
            return await IdAsync(answer, cancel);
        }));
    }

    /// <summary>Places an order for one piece of a product.</summary>
    public static Task<HttpResponseMessage> OrderAsync(
        HttpClient client, AuthenticationHeaderValue customer, Guid product, CancellationToken cancel)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/api/orders")
        {
            Content = JsonContent.Create(new
            {
                lines = new[] { new { productId = product, quantity = 1 } },
                shipTo = new
                {
                    name = "Ada Example",
                    line1 = "Invalidenstr. 1",
                    city = "Berlin",
                    postalCode = "10115",
                    country = "DE",
                },
                paymentToken = "tok_visa",
            }),
        };
        request.Headers.Authorization = customer;
        request.Headers.Add("Idempotency-Key", Guid.CreateVersion7().ToString());
        return client.SendAsync(request, cancel);
    }

    /// <summary>The status of an order.</summary>
    public static async Task<string> StatusAsync(
        HttpClient client, AuthenticationHeaderValue customer, Guid order, CancellationToken cancel)
    {
        using var answer = await GetAsync(client, $"/api/orders/{order}", customer, cancel);
        answer.EnsureSuccessStatusCode();
        return (string)(await answer.Content.ReadFromJsonAsync<JsonNode>(cancel))!["status"]!;
    }

    /// <summary>Reads something, as somebody or as a visitor.</summary>
    public static async Task<HttpResponseMessage> GetAsync(
        HttpClient client, string path, AuthenticationHeaderValue? caller, CancellationToken cancel)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Authorization = caller;
        return await client.SendAsync(request, cancel);
    }

    /// <summary>Follows all orders of a customer; the events that come.</summary>
    public static async Task<Stream> FollowAsync(
        HttpClient client, AuthenticationHeaderValue customer, CancellationToken cancel)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/orders/live");
        request.Headers.Authorization = customer;
        var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancel);
        return await answer.EnsureSuccessStatusCode().Content.ReadAsStreamAsync(cancel);
    }

    /// <summary>The id of what an answer says was made.</summary>
    public static async Task<Guid> IdAsync(HttpResponseMessage answer, CancellationToken cancel)
    {
        answer.EnsureSuccessStatusCode();
        return (Guid)(await answer.Content.ReadFromJsonAsync<JsonNode>(cancel))!["id"]!;
    }
}
