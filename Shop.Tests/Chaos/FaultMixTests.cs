using System.Diagnostics;
using System.Globalization;
using Shop.Tests.Distributed;

namespace Shop.Tests.Chaos;

/// <summary>Customers go on ordering while things break. When it is over, the books are right.</summary>
[Collection(nameof(ShopToBreak))]
[Trait("Category", "Chaos")]
public class FaultMixTests(BreakableShop shop, ITestOutputHelper output)
{
    private static readonly double OrdersPerSecond = double.Parse(
        Environment.GetEnvironmentVariable("SHOP_CHAOS_RATE") ?? "20", CultureInfo.InvariantCulture);

    private const int ShortMix = 11;
    private static int _rows;

    public static TheoryData<string> Each => [.. Chosen];

    private static string[] Chosen =>
    [
        .. Faults.All.Where(
            fault =>
                fault.StartsWith(
                    Environment.GetEnvironmentVariable("SHOP_CHAOS_FAULTS") ?? "", StringComparison.Ordinal)),
    ];

    /// <summary>
    /// A few faults in a row, by default always the same ones: what is red after a change is so because of it.
    /// </summary>
    [Fact]
    public Task A_short_mix_loses_and_doubles_nothing()
    {
        var seed = Seed(otherwise: ShortMix);
        var faults = Faults.All.ToArray();
        new Random(seed).Shuffle(faults);
        return RunAsync(seed, faults[..2]);
    }

    /// <summary>Every fault alone, for the report in docs/operations.md.</summary>
    [Theory(Explicit = true)]
    [MemberData(nameof(Each))]
    [Trait("Category", "Soak")]
    public Task Each_fault_loses_and_doubles_nothing(string fault) =>
        RunAsync(Seed(otherwise: Random.Shared.Next(100_000)), [fault]);

    /// <summary>One fault after the other, drawn from all of them, for as long as SHOP_CHAOS_MINUTES says.</summary>
    [Fact(Explicit = true)]
    [Trait("Category", "Soak")]
    public Task A_long_mix_loses_and_doubles_nothing()
    {
        var seed = Seed(otherwise: Random.Shared.Next(100_000));
        return RunAsync(seed, Drawn());

        IEnumerable<string> Drawn()
        {
            var random = new Random(seed);
            var minutes = double.Parse(
                Environment.GetEnvironmentVariable("SHOP_CHAOS_MINUTES") ?? "10", CultureInfo.InvariantCulture);
            for (var watch = Stopwatch.StartNew(); watch.Elapsed < TimeSpan.FromMinutes(minutes);)
                yield return Chosen[random.Next(Chosen.Length)];
        }
    }

    private async Task RunAsync(int seed, IEnumerable<string> faults)
    {
        var cancel = TestContext.Current.CancellationToken;
        output.WriteLine($"Seed {seed}");
        var load = new Load(shop, seed, OrdersPerSecond);
        await load.PrepareAsync();
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var running = load.RunAsync(end.Token);
        using var seen = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var recorder = new StreamRecorder(shop);
        var watching = recorder.WatchAsync(seen.Token);

        var breaker = new Faults(shop, load, new Random(seed), cancel);
        var applied = new List<string>();
        foreach (var fault in faults)
        {
            await OrdersAsync();
            applied.Add(fault);
            var watch = Stopwatch.StartNew();
            await breaker.ApplyAsync(fault);
            output.WriteLine($"{fault}: whole again after {watch.Elapsed.TotalSeconds:0.0} s");
        }

        await OrdersAsync();
        await end.CancelAsync();
        await running;
        await shop.HealthyAsync(cancel);

        var names = applied.Count > 6
            ? $"{applied.Count} faults, {applied.Distinct().Count()} different"
            : string.Join(", ", applied);
        var settling = Stopwatch.StartNew();
        await Oracle.QuietAsync(shop, TimeSpan.FromSeconds(120));
        var timeToQuiet = settling.Elapsed;
        await seen.CancelAsync();
        await watching;
        // Orders of earlier tests in this shop count as well: they too must be right.
        var verdict = await Oracle.JudgeAsync(shop, load.History, shop.Poison(breaker.Poison));

        if (Interlocked.Increment(ref _rows) == 1)
        {
            output.WriteLine(
                "| fault | seed | orders | answers in order | duplicates seen in streams | doubled effects | lost | "
                    + "time to quiet |");
            output.WriteLine("|---|---|---|---|---|---|---|---|");
        }

        var answers = string.Join(' ', load.History.Statuses.Select(seen => $"{seen.Status}×{seen.Count}"));
        output.WriteLine(
            $"| {names} | {seed} | {load.History.Intentions.Count} | {answers} | {recorder.Duplicates} "
                + $"| {verdict.DoubledEffects} | {verdict.Lost} | {timeToQuiet.TotalSeconds:0.0} s |");
        string[] violations = [.. verdict.Violations, .. recorder.Violations];
        Assert.True(
            violations.Length == 0,
            $"Seed {seed}, {names}:\n{string.Join('\n', violations.Take(20))}\n{(violations.Length == 0
                ? ""
                : await recorder.ErrorsAsync())}");
        Assert.Contains(load.History.Intentions, intention => intention.Outcome == Outcome.Ok);

        async Task OrdersAsync()
        {
            var before = load.History.Intentions.Count;
            await Eventually.Is(
                () => Task.FromResult(load.History.Intentions.Count),
                count => count >= before + (2 * OrdersPerSecond),
                what: "Two seconds of orders");
        }
    }

    private static int Seed(int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable("SHOP_CHAOS_SEED"), out var seed) ? seed : otherwise;
}
