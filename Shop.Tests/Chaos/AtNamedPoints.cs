using Shop.Tests.Distributed;

namespace Shop.Tests.Chaos;

/// <summary>
/// F06: processes die exactly between two steps that belong together. Each point is passed often, and each process dies
/// there once; afterwards the books are right.
/// </summary>
[Collection(nameof(ShopThatDies))]
[Trait("Category", "Chaos")]
[Trait("Checklist", "K6")]
public class AtNamedPoints(ShopThatDies shop, ITestOutputHelper output)
{
    [Fact]
    public async Task Processes_die_and_nothing_is_lost_or_doubled()
    {
        var cancel = TestContext.Current.CancellationToken;
        const int Seed = 6;
        var load = new Load(shop, Seed, ordersPerSecond: 15);
        await load.PrepareAsync();
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var running = load.RunAsync(end.Token);

        await Eventually.Equals(shop.Points.Count, () => Task.FromResult(shop.Died), TimeSpan.FromSeconds(90), "The deaths of all processes");
        await end.CancelAsync();
        await running;
        await shop.HealthyAsync(cancel);
        await Oracle.QuietAsync(shop, TimeSpan.FromSeconds(120));

        var verdict = await Oracle.JudgeAsync(shop, load.History, new Dictionary<string, long>());
        output.WriteLine($"F06 at {string.Join(", ", shop.Points)}: {load.History.Intentions.Count} orders, {verdict.Lost} lost, {verdict.DoubledEffects} doubled");
        Assert.True(verdict.Violations.Count == 0, string.Join('\n', verdict.Violations.Take(20)));
    }
}

/// <summary>A shop each of whose services dies once at a point of its own.</summary>
[CollectionDefinition(nameof(ShopThatDies))]
public sealed class ShopThatDies : RunningShop, ICollectionFixture<ShopThatDies>
{
    private readonly string _marks = Directory.CreateTempSubdirectory("shop-deaths-").FullName;

    /// <summary>After the commit before sending; after the charge before its result; after the effect before the acknowledgement.</summary>
    public IReadOnlyList<string> Points { get; } = ["orders.claimed=9", "payments.charged=7", "shipping.applied=5"];

    public int Died => Directory.GetFiles(_marks).Length;

    protected override bool RestartsWhatDies => true;

    protected override string[] Settings =>
        [.. from point in Points
            let service = point.Split('.')[0]
            from setting in new[] { point, $"Once={Path.Combine(_marks, service)}" }
            select $"--Services:{service}:Settings:Faults:{setting}"];

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        Directory.Delete(_marks, recursive: true);
    }
}
