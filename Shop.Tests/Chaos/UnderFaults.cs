using System.Diagnostics;
using Shop.Tests.Distributed;

namespace Shop.Tests.Chaos;

/// <summary>Customers go on ordering while things break. When it is over, the books are right.</summary>
[Collection(nameof(ShopToBreak))]
[Trait("Category", "Chaos")]
public class UnderFaults(ShopToBreak shop, ITestOutputHelper output)
{
    private const double OrdersPerSecond = 20;

    private static readonly string[] All =
    [
        "F01 kill Users", "F02 kill Orders", "F03 kill Payments", "F04 kill Shipping", "F05 kill Gateway",
        "F08 restart Postgres", "F09 kill Postgres", "F10 end all sessions", "F11 stall Postgres",
        "F18 stop Redis for a while", "F19 kill Redis", "F21 empty Redis", "F21 delete a stream", "F21 destroy a group", "F22 stall Redis",
        "F30 poison", "F37 stop everything at once",
    ];

    public static TheoryData<string> Each => [.. All];

    /// <summary>Five faults in a row, drawn by a seed that the report names.</summary>
    [Fact]
    public Task A_short_mix_loses_and_doubles_nothing()
    {
        var seed = Seed();
        var faults = All.ToArray();
        new Random(seed).Shuffle(faults);
        return RunAsync(seed, faults[..5]);
    }

    /// <summary>Every fault alone, for the report in docs/operations.md: add --explicit only to the test command.</summary>
    [Theory(Explicit = true)]
    [MemberData(nameof(Each))]
    [Trait("Category", "Soak")]
    public Task Each_one_loses_and_doubles_nothing(string fault) => RunAsync(Seed(), [fault]);

    private async Task RunAsync(int seed, string[] faults)
    {
        var cancel = TestContext.Current.CancellationToken;
        var load = new Load(shop, seed, OrdersPerSecond);
        await load.PrepareAsync();
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var running = load.RunAsync(end.Token);
        var breaker = new Faults(shop, cancel);
        foreach (var fault in faults)
        {
            var before = load.History.Intentions.Count;
            await Eventually.Is(() => Task.FromResult(load.History.Intentions.Count), count => count >= before + (2 * OrdersPerSecond), what: "Orders between faults");
            await breaker.ApplyAsync(fault);
        }

        await end.CancelAsync();
        await running;
        await shop.HealthyAsync(cancel);

        var settling = Stopwatch.StartNew();
        await Oracle.QuietAsync(shop, TimeSpan.FromSeconds(120));
        var timeToQuiet = settling.Elapsed;
        // Orders of earlier tests in this shop count as well: they too must be right.
        var verdict = await Oracle.JudgeAsync(shop, load.History, shop.Poison(breaker.Poison));

        output.WriteLine("| fault | seed | orders | answers by status | lost | doubled effects | time to quiet |");
        output.WriteLine($"| {string.Join(", ", faults)} | {seed} | {load.History.Intentions.Count} | {string.Join(' ', load.History.Statuses.OrderBy(s => s.Key).Select(s => $"{s.Key}:{s.Value}"))} | {verdict.Lost} | {verdict.DoubledEffects} | {timeToQuiet.TotalSeconds:0.0} s |");
        Assert.True(verdict.Violations.Count == 0, $"Seed {seed}, {string.Join(", ", faults)}:\n{string.Join('\n', verdict.Violations.Take(20))}");
        Assert.DoesNotContain(500, load.History.Statuses.Keys);
        Assert.Contains(load.History.Intentions, intention => intention.Outcome == Outcome.Ok);
    }

    private static int Seed() => int.TryParse(Environment.GetEnvironmentVariable("SHOP_CHAOS_SEED"), out var seed) ? seed : Random.Shared.Next(100_000);
}
