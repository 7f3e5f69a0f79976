using System.Diagnostics;
using System.Net;

namespace Shop.Tests.Distributed;

/// <summary>Redis neither answers nor hangs up: the worst way of being away.</summary>
[Collection(nameof(ShopToBreak))]
public class RedisStallTests(BreakableShop shop)
{
    // Redis' own time-out is 5 s. Whoever answers sooner has not waited for it; how much sooner is for the benchmark to
    // say.
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(4);

    [Fact]
    public async Task The_cart_answers_503_soon_and_recovers_afterwards()
    {
        var product = (Guid)(await shop.Anonymous().PlentifulProductAsync())["id"]!;
        var browser = shop.NewBrowser();
        await CartTests.Put(browser, (product, 2));

        await shop.StallAsync("redis", async () =>
        {
            var watch = Stopwatch.StartNew();
            var cart = await browser.GetAsync("/api/cart");
            Assert.InRange(watch.Elapsed, TimeSpan.Zero, AnswerTimeout);
            Assert.True((bool)cart["unavailable"]!);
            Assert.Empty(cart["lines"]!.AsArray());

            var answer = await CartTests.PutAsync(shop.NewBrowser(), (product, 1));
            await Customer.Read(answer, HttpStatusCode.ServiceUnavailable);
            Assert.NotNull(answer.Headers.RetryAfter);
            Assert.False(answer.Headers.Contains("Set-Cookie"));
        });

        var again = await Eventually.Is(
            () => browser.GetAsync("/api/cart"), cart => !(bool)cart["unavailable"]!, what: "The cart");
        Assert.Equal(2, (int)Assert.Single(again["lines"]!.AsArray())!["quantity"]!);
    }
}
