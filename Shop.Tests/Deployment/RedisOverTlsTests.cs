using System.Net;
using System.Net.Http.Json;
using Shop.Orders.Catalogue;
using Shop.Tests.Messaging;

namespace Shop.Tests.Deployment;

/// <summary>Redis over TLS is a matter of the connection string: the program of Orders keeps carts in it.</summary>
[Collection(nameof(Backends))]
public sealed class RedisOverTlsTests(Backends backends)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Carts_are_kept_if_the_authority_of_the_certificate_is_trusted_and_not_otherwise()
    {
        await using var database = await DeployedDatabase.CreateAsync(backends);
        await using var redis = await TlsRedis.StartAsync();
        (string, string)[] settings =
        [
            ("ASPNETCORE_ENVIRONMENT", "Development"),
            ("ConnectionStrings__ordersdb", database.ConnectionOf(database.Migrator)),
            ("ConnectionStrings__redis", redis.ConnectionString),
        ];

        await using var trusting = await RunningProgram.StartAsync(
            "Shop.Orders", [.. settings, ("SSL_CERT_FILE", redis.Authority)]);
        await Eventually.Equals(HttpStatusCode.OK, () => PutCartAsync(trusting), what: "The cart");

        await using var suspicious = await RunningProgram.StartAsync("Shop.Orders", settings);
        await Eventually.Equals(
            HttpStatusCode.OK, () => StatusAsync(suspicious, "/health/ready"), what: "Readiness without Redis");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await PutCartAsync(suspicious));
        Assert.Equal(HttpStatusCode.OK, await PutCartAsync(trusting));
    }

    private static async Task<HttpStatusCode> PutCartAsync(RunningProgram orders)
    {
        var cart = new { lines = new[] { new { productId = CatalogueSeed.IdOf(1), quantity = 1 } } };
        using var answer = await orders.Http.PutAsJsonAsync("/api/cart", cart, Cancel);
        return answer.StatusCode;
    }

    private static async Task<HttpStatusCode> StatusAsync(RunningProgram orders, string path)
    {
        using var answer = await orders.Http.GetAsync(path, Cancel);
        return answer.StatusCode;
    }
}
