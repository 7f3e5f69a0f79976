using System.Net;
using System.Text.Json.Nodes;

namespace Shop.Tests.Security;

/// <summary>What the gateway says when a service says nothing.</summary>
public sealed class ServiceOutageTests
{
    [Theory]
    [InlineData("GET", "/api/products")]
    [InlineData("PUT", "/api/cart")]
    public async Task A_service_that_is_away_is_a_problem_with_a_sentence_for_people(string method, string path)
    {
        var nobody = $"http://127.0.0.1:{Ports.Next()}";
        await using var gateway = await GatewayHost.StartAsync($"services:orders:http:0={nobody}");

        var answer = await gateway.SendAsync(new(method), path);

        Assert.Equal(HttpStatusCode.BadGateway, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        Assert.Equal("no-store", answer.Headers.CacheControl?.ToString());
        var problem = JsonNode.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!;
        Assert.Equal(
            ("This part of the shop is away right now. Try again in a moment.", 502),
            ((string?)problem["detail"], (int)problem["status"]!));
        Assert.Equal(32, ((string)problem["traceId"]!).Length);
    }
}
