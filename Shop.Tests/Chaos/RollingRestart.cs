using System.Diagnostics;
using Aspire.Hosting.ApplicationModel;
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
    public Task Of_orders_and_the_gateway_is_not_noticed() => RunAsync(36, ordersPerSecond: 8, ["orders", "gateway"], EndAsync);

    /// <summary>As a platform does it that knows nothing of this host's commands: it only sends the signal.</summary>
    [Fact]
    public Task By_a_signal_from_outside_is_not_noticed() => RunAsync(37, ordersPerSecond: 8, ["payments"], SignalAsync);

    [Fact(Explicit = true)]
    [Trait("Category", "Soak")]
    public Task Of_every_service_three_times_is_not_noticed() =>
        RunAsync(38, ordersPerSecond: 20, [.. Enumerable.Repeat(ReplicatedShop.Services, 3).SelectMany(services => services)], EndAsync);

    [Fact(Explicit = true)]
    [Trait("Category", "Soak")]
    public Task Of_every_service_by_signals_is_not_noticed() => RunAsync(39, ordersPerSecond: 20, ReplicatedShop.Services, SignalAsync);

    private async Task EndAsync(string replica)
    {
        await shop.CommandReplicaAsync(replica, KnownResourceCommands.StopCommand);
        await shop.CommandReplicaAsync(replica, KnownResourceCommands.StartCommand);
    }

    /// <summary>The host starts a new process when it sees that the old one has ended.</summary>
    private async Task SignalAsync(string replica)
    {
        var process = await shop.ProcessOfAsync(replica);
        await Processes.SignalAsync(process, "TERM");
        await Eventually.Equals(false, () => Task.FromResult(Processes.Lives(process)), LongestEnd, $"The end of {replica}");
        await Eventually.Is(() => shop.ProcessOfAsync(replica), now => now != process, what: $"A new process of {replica}");
    }

    private async Task RunAsync(int seed, double ordersPerSecond, string[] services, Func<string, Task> end)
    {
        await shop.AllHealthyAsync();
        var load = new Load(shop, seed, ordersPerSecond);
        await load.PrepareAsync();
        var visits = new Visits(shop, visitors: 4);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var running = Task.WhenAll(load.RunAsync(over.Token), visits.RunAsync(over.Token));
        await Eventually.Is(() => Task.FromResult(load.History.Intentions.Count), count => count > 2 * ordersPerSecond, what: "Orders before");

        var begun = visits.Now;
        var (ends, starts) = (new List<double>(), new List<double>());
        foreach (var service in services)
        {
            foreach (var replica in await shop.ReplicasOfAsync(service))
            {
                var watch = Stopwatch.StartNew();
                await end(replica);
                ends.Add(watch.Elapsed.TotalSeconds);
                await shop.App.ResourceNotifications.WaitForResourceHealthyAsync(replica, over.Token);
                starts.Add(watch.Elapsed.TotalSeconds - ends[^1]);
            }
        }

        var ended = visits.Now;
        await over.CancelAsync();
        await running;
        await Oracle.QuietAsync(shop, TimeSpan.FromSeconds(60));
        var verdict = await Oracle.JudgeAsync(shop, load.History, new Dictionary<string, long>());

        output.WriteLine($"F36 {services.Length} x {ReplicatedShop.Replicas} replicas in {(ended - begun) / 1000.0:0.0} s (ends {Text(ends)}, starts {Text(starts)}), seed {seed}: "
            + $"{load.History.Intentions.Count} orders, answers {Text(load.History.Statuses)}; visits {Text(visits.Answers)}, {visits.Farewells} asked to leave; "
            + $"p99 {visits.Percentile(99, 0, begun):0} ms before, {visits.Percentile(99, begun, ended):0} ms meanwhile; {verdict.Lost} lost, {verdict.DoubledEffects} doubled");
        Assert.True(verdict.Violations.Count == 0, string.Join('\n', verdict.Violations.Take(20)));
        Assert.DoesNotContain(load.History.Statuses.Keys, status => status is 0 or >= 500);
        Assert.Empty(visits.Failures);
        Assert.True(ends.Max() < LongestEnd.TotalSeconds, $"A replica took {ends.Max():0.0} s to end.");
        if (services.Contains("gateway"))
            Assert.NotEqual(0, visits.Farewells);
    }

    private static string Text(List<double> seconds) => string.Join(' ', seconds.Select(one => $"{one:0.0}"));

    private static string Text<T>(IReadOnlyDictionary<T, int> counts) => string.Join(' ', counts.OrderBy(count => count.Key).Select(count => $"{count.Key}:{count.Value}"));
}
