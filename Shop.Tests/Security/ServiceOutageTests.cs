using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Shop.Hosting.Native;

namespace Shop.Tests.Security;

/// <summary>What the gateway says when a service says nothing.</summary>
public sealed class ServiceOutageTests
{
    private const string Away = "This part of the shop is away right now. Try again in a moment.";

    [Theory]
    [InlineData("GET", "/api/products")]
    [InlineData("PUT", "/api/cart")]
    public async Task A_service_that_is_away_is_a_problem_with_a_sentence_for_people(string method, string path)
    {
        var nobody = $"http://127.0.0.1:{FreePort.Next()}";
        await using var gateway = await GatewayHost.StartAsync($"services:orders:http:0={nobody}");

        await AssertProblemAsync(Away, await gateway.SendAsync(new(method), path));
    }

    [Theory]
    [InlineData("GET", "/api/products", Away)]
    [InlineData(
        "PUT",
        "/api/cart",
        "This part of the shop gave no answer and may have done what you asked: look before you repeat it, or repeat "
            + "it with the same Idempotency-Key.")]
    public async Task A_service_that_breaks_off_may_have_changed_what_was_not_only_to_be_read(
        string method, string path, string sentence)
    {
        await using var service = await LocalServer.Start(app => app.Run(context =>
        {
            context.Abort();
            return Task.CompletedTask;
        }));
        await using var gateway = await GatewayHost.StartAsync($"services:orders:http:0={service.Address}");

        await AssertProblemAsync(sentence, await gateway.SendAsync(new(method), path));
    }

    private static async Task AssertProblemAsync(string sentence, HttpResponseMessage answer)
    {
        Assert.Equal(HttpStatusCode.BadGateway, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        Assert.Equal("no-store", answer.Headers.CacheControl?.ToString());
        var problem = JsonNode.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!;
        Assert.Equal((sentence, 502), ((string?)problem["detail"], (int)problem["status"]!));
        Assert.Equal(32, ((string)problem["traceId"]!).Length);
    }
}
