using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Shop.Tests.Distributed;

/// <summary>The operator of the demo, over HTTP like everybody else.</summary>
internal static class Operators
{
    public static async Task<HttpClient> NewOperatorAsync(this RunningShop shop)
    {
        var http = shop.NewClient();
        var session = await Customer.Read(
            await http.PostAsJsonAsync("/api/users/session", new { email = "operator@shop.example", password = "correct horse battery staple" }),
            HttpStatusCode.OK);
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", (string)session["accessToken"]!);
        return http;
    }

    public static async Task<HttpResponseMessage> SendAsync(this HttpClient http, string path, object? body = null, string? key = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = body is null ? null : JsonContent.Create(body) };
        if (key is not null)
            request.Headers.Add("Idempotency-Key", key);

        return await http.SendAsync(request, TestContext.Current.CancellationToken);
    }

    public static async Task<JsonNode> ReadAsync(this HttpClient http, string path) =>
        await Customer.Read(await http.GetAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken), HttpStatusCode.OK);
}
