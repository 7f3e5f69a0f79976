using Aspire.Hosting.ApplicationModel;
using Shop.Tests.Distributed;

namespace Shop.Tests.Chaos;

/// <summary>
/// F06: processes die exactly between two steps that belong together. Each point is passed often, and each process dies
/// there once; afterwards the books are right.
/// </summary>
[Collection(nameof(ShopToBreak))]
[Trait("Category", "Chaos")]
[Trait("Checklist", "K6")]
public class FaultPointTests(BreakableShop shop, ITestOutputHelper output)
{
    // After the commit before sending; after the charge before its result; after the effect before the acknowledgement.
    private static readonly string[] Points = ["orders.claimed=9", "payments.charged=7", "shipping.applied=5"];

    [Fact]
    public async Task A_crash_at_any_point_loses_and_doubles_nothing()
    {
        var cancel = TestContext.Current.CancellationToken;
        const int Seed = 6;
        await shop.ArmAsync(Points);
        await using var supervisor = new Supervisor(shop.App);
        var load = new Load(shop, Seed, ordersPerSecond: 15);
        await load.PrepareAsync();
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var running = load.RunAsync(end.Token);

        await Eventually.Is(
            async () => (Deaths: shop.Died, Services: supervisor.ToString(), Shipments: await shop.ScalarAsync<long>(
                "shippingdb", "SELECT count(*) FROM shipping.shipments")),
            seen => seen.Deaths == Points.Length,
            TimeSpan.FromSeconds(90),
            "The death of each process");
        await end.CancelAsync();
        await running;
        // One that has just died is started again.
        await shop.HealthyAsync(cancel, WaitBehavior.WaitOnResourceUnavailable);
        await Oracle.QuietAsync(shop, TimeSpan.FromSeconds(120));

        var verdict = await Oracle.JudgeAsync(shop, load.History, shop.Poison(new Dictionary<string, long>()));
        output.WriteLine(
            $"F06 at {string.Join(", ", Points)}: {load.History.Intentions.Count} orders, {verdict.Lost} "
                + $"lost, {verdict.DoubledEffects} doubled");
        Assert.True(verdict.Violations.Count == 0, string.Join('\n', verdict.Violations.Take(20)));
    }
}
