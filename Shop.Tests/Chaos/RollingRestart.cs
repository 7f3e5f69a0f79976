using System.Diagnostics;
using Shop.Tests.Hosting;

namespace Shop.Tests.Chaos;

/// <summary>
/// F36: replicas are replaced one after the other while customers order and look around. Nobody notices: no 5xx, no
/// broken connection, and the books are right.
/// </summary>
[Collection(nameof(ReplicatedShop))]
[Trait("Category", "Chaos")]
public class RollingRestart(ReplicatedShop shop, ITestOutputHelper output)
{
    private static readonly TimeSpan LongestEnd = TimeSpan.FromSeconds(25);

    [Fact]
    public Task Of_orders_and_the_gateway_is_not_noticed() => RunAsync(36, ordersPerSecond: 15, ["orders", "gateway"], ReplaceAsync);

    /// <summary>As a platform does it that knows nothing of this host's commands: it only sends the signal.</summary>
    [Fact]
    public Task By_a_signal_from_outside_is_not_noticed() => RunAsync(37, ordersPerSecond: 15, ["payments"], SignalAsync);

    [Fact(Explicit = true)]
    [Trait("Category", "Soak")]
    public Task Of_every_service_three_times_is_not_noticed() =>
        RunAsync(38, ordersPerSecond: 20, [.. Enumerable.Repeat(ReplicatedShop.Services, 3).SelectMany(services => services)], ReplaceAsync);

    [Fact(Explicit = true)]
    [Trait("Category", "Soak")]
    public Task Of_every_service_by_signals_is_not_noticed() => RunAsync(39, ordersPerSecond: 20, ReplicatedShop.Services, SignalAsync);

    private Task ReplaceAsync(string replica) => shop.ReplaceAsync(replica);

    private async Task SignalAsync(string replica)
    {
        var process = await shop.ProcessOfAsync(replica);
        await Processes.SignalAsync(process, "TERM");
        await Eventually.Equals(false, () => Task.FromResult(Processes.Lives(process)), LongestEnd, $"The end of {replica}");
        await shop.App.ResourceNotifications.WaitForResourceHealthyAsync(replica, TestContext.Current.CancellationToken);
    }

    private async Task RunAsync(int seed, double ordersPerSecond, string[] services, Func<string, Task> replace)
    {
        await shop.AllHealthyAsync();
        var load = new Load(shop, seed, ordersPerSecond);
        await load.PrepareAsync();
        var visits = new Visits(shop, visitors: 4);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var running = Task.WhenAll(load.RunAsync(end.Token), visits.RunAsync(end.Token));
        await Eventually.Is(() => Task.FromResult(load.History.Intentions.Count), count => count > 2 * ordersPerSecond, what: "Orders before");

        var begun = visits.Now;
        var longest = TimeSpan.Zero;
        foreach (var service in services)
        {
            foreach (var replica in await shop.ReplicasOfAsync(service))
            {
                var watch = Stopwatch.StartNew();
                await replace(replica);
                longest = longest > watch.Elapsed ? longest : watch.Elapsed;
            }
        }

        var ended = visits.Now;
        await end.CancelAsync();
        await running;
        await Oracle.QuietAsync(shop, TimeSpan.FromSeconds(60));
        var verdict = await Oracle.JudgeAsync(shop, load.History, new Dictionary<string, long>());

        output.WriteLine($"F36 {services.Length} x {ReplicatedShop.Replicas} replicas in {(ended - begun) / 1000.0:0.0} s (longest {longest.TotalSeconds:0.0} s), seed {seed}: "
            + $"{load.History.Intentions.Count} orders, answers {Text(load.History.Statuses)}; visits {Text(visits.Answers)}, {visits.Farewells} asked to leave; "
            + $"p99 {visits.Percentile(99, 0, begun):0} ms before, {visits.Percentile(99, begun, ended):0} ms meanwhile; {verdict.Lost} lost, {verdict.DoubledEffects} doubled");
        Assert.True(verdict.Violations.Count == 0, string.Join('\n', verdict.Violations.Take(20)));
        Assert.DoesNotContain(load.History.Statuses.Keys, status => status is 0 or >= 500);
        Assert.Empty(visits.Failures);
        Assert.True(longest < LongestEnd, $"A replica took {longest} to be replaced.");
        if (services.Contains("gateway"))
            Assert.NotEqual(0, visits.Farewells);
    }

    private static string Text<T>(IReadOnlyDictionary<T, int> counts) => string.Join(' ', counts.OrderBy(count => count.Key).Select(count => $"{count.Key}:{count.Value}"));
}
