using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;

namespace Shop.Tests.Distributed;

/// <summary>Those who come to the shop with more than a new account: a browser with cookies of its own, an operator.</summary>
internal static class Visitors
{
    /// <summary>Somebody without a token whose cookies nobody shares.</summary>
    public static Customer NewBrowser(this RunningShop shop)
    {
        using var gateway = shop.NewClient();
#pragma warning disable RS0030, CA2000 // The handlers of the factory share their cookies; this one ends with its client, and that with the test run.
        return new(new HttpClient(new SocketsHttpHandler { UseCookies = true, CookieContainer = new() }) { BaseAddress = gateway.BaseAddress });
#pragma warning restore RS0030, CA2000
    }

    public static async Task<HttpClient> OperatorAsync(this RunningShop shop)
    {
        var http = shop.NewClient();
        var answer = await http.PostAsJsonAsync("/api/users/session", new { email = "operator@shop.example", password = "correct horse battery staple" });
        var session = await Customer.Read(answer, HttpStatusCode.OK);
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", (string)session["accessToken"]!);
        return http;
    }

    /// <summary>Sends what is not just a body: <c>If-Match</c>, <c>Idempotency-Key</c>.</summary>
    public static async Task<HttpResponseMessage> SendAsync(
        this HttpClient http, HttpMethod method, string path, object? body = null, string? header = null, string? value = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        if (header is not null && value is not null)
            Assert.True(request.Headers.TryAddWithoutValidation(header, value));

        return await http.SendAsync(request, TestContext.Current.CancellationToken);
    }

    /// <summary>A new product that no other test touches.</summary>
    public static async Task<Guid> NewProductAsync(this HttpClient asOperator, long price = 1000, int opening = 10) =>
        (Guid)(await Customer.Read(await asOperator.SendAsync(HttpMethod.Post, "/api/products", Product(price: price, opening: opening)), HttpStatusCode.Created))["id"]!;

    public static object Product(string? sku = null, string name = "Test Vase", long price = 1000, int opening = 10) => new
    {
        sku = sku ?? NewSku(),
        name,
        description = "Made for one test.",
        price = new { amount = price, currency = "EUR" },
        opening,
    };

    public static string NewSku() => $"T-{Guid.CreateVersion7():N}".ToUpperInvariant();
}
