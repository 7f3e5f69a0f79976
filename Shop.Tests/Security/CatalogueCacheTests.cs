using System.Net;

namespace Shop.Tests.Security;

/// <summary>What the gateway answers again by itself, and what it never does.</summary>
public sealed class CatalogueCacheTests
{
    private const string Product = "/api/products/0195?cache=public";

    [Fact]
    public async Task Many_who_look_at_one_product_cost_its_service_one_request()
    {
        await using var gateway = await GatewayHost.StartAsync();

        var answers = await Task.WhenAll(
            Enumerable.Range(0, 20).Select(_ => gateway.SendAsync(HttpMethod.Get, Product)));

        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.OK, answer.StatusCode));
        // More than one if this machine stood still for a second.
        Assert.InRange(gateway.Behind.Count, 1, 5);
    }

    [Fact]
    public async Task Each_caller_is_told_what_is_left_of_its_own_limit()
    {
        await using var gateway = await GatewayHost.StartAsync();

        var answers = await Task.WhenAll(
            Enumerable.Range(0, 5).Select(_ => gateway.SendAsync(HttpMethod.Get, Product)));

        Assert.Equal(
            5, answers.Select(answer => Assert.Single(answer.Headers.GetValues("RateLimit"))).Distinct().Count());
        Assert.All(
            answers, answer => Assert.Equal(["nosniff"], answer.Headers.GetValues("X-Content-Type-Options")));
    }

    [Fact]
    public async Task Who_knows_the_product_already_is_told_so()
    {
        await using var gateway = await GatewayHost.StartAsync();

        // The service behind does not know If-None-Match.
        await Eventually.Equals(HttpStatusCode.NotModified, async () =>
        {
            var answer = await gateway.SendAsync(HttpMethod.Get, Product);
            var tag = answer.Headers.ETag!.ToString();
            return (await gateway.SendAsync(HttpMethod.Get, Product, headers: ("If-None-Match", tag))).StatusCode;
        });
    }

    [Fact]
    public async Task A_request_with_a_token_gets_through()
    {
        await using var gateway = await GatewayHost.StartAsync();
        var token = GatewayHost.TokenOf(Guid.CreateVersion7());

        await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => gateway.SendAsync(HttpMethod.Get, Product, token)));

        Assert.Equal(3, gateway.Behind.Count);
    }

    [Theory]
    [InlineData("/api/products/0195")]
    [InlineData("/api/products/0195?cache=private")]
    [InlineData("/api/products/0195?cache=no-store")]
    [InlineData("/api/cart?cache=public")]
    public async Task What_its_service_does_not_call_public_is_never_kept(string path)
    {
        await using var gateway = await GatewayHost.StartAsync();

        await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => gateway.SendAsync(HttpMethod.Get, path)));

        Assert.Equal(3, gateway.Behind.Count);
    }

    [Fact]
    public async Task Every_query_has_an_answer_of_its_own()
    {
        await using var gateway = await GatewayHost.StartAsync();

        await gateway.SendAsync(HttpMethod.Get, "/api/products?cache=public&search=lamp");
        await gateway.SendAsync(HttpMethod.Get, "/api/products?cache=public&search=desk");

        Assert.Equal(2, gateway.Behind.Count);
    }
}
