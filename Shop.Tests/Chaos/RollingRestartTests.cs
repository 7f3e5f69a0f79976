using System.Diagnostics;
using Aspire.Hosting.ApplicationModel;

namespace Shop.Tests.Chaos;

/// <summary>
/// F36: replicas are replaced one after the other while customers order and look around. Nobody notices: no 5xx, no
/// broken connection, and the books are right.
/// </summary>
[Collection(nameof(ReplicatedShop))]
[Trait("Category", "Chaos")]
public class RollingRestartTests(ReplicatedShop shop, ITestOutputHelper output)
{
    private static readonly TimeSpan LongestEnd = TimeSpan.FromSeconds(25);

    [Fact]
    public Task Clients_do_not_notice_a_restart_of_orders_and_gateway() =>
        RunAsync(seed: 36, ordersPerSecond: 4, ["orders", "gateway"]);

    [Fact(Explicit = true)]
    [Trait("Category", "Soak")]
    public Task Clients_do_not_notice_three_restarts_of_every_service() =>
        RunAsync(
            seed: 37,
            ordersPerSecond: 20,
            [.. Enumerable.Repeat(ReplicatedShop.Services, 3).SelectMany(services => services)]);

    private async Task RunAsync(int seed, double ordersPerSecond, string[] services)
    {
        await shop.AllReadyAsync();
        var load = new Load(shop, seed, ordersPerSecond);
        await load.PrepareAsync();
        var browsing = new BrowsingLoad(shop, visitors: 3);
        await browsing.PrepareAsync();
        using var over = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var running = Task.WhenAll(load.RunAsync(over.Token), browsing.RunAsync(over.Token));
        await Eventually.Is(
            () => Task.FromResult(load.History.Intentions.Count),
            count => count > 2 * ordersPerSecond,
            what: "Orders before");

        var begun = browsing.Now;
        var (ends, starts) = (new List<double>(), new List<double>());
        foreach (var service in services)
        {
            foreach (var (number, replica) in (await shop.ReplicasOfAsync(service)).Index())
            {
                var watch = Stopwatch.StartNew();
                await (number == 0 ? CommandAsync(replica) : SignalAsync(replica));
                ends.Add(watch.Elapsed.TotalSeconds);
                await shop.ReadyAsync(replica);
                starts.Add(watch.Elapsed.TotalSeconds - ends[^1]);
            }
        }

        var ended = browsing.Now;
        await over.CancelAsync();
        await running;
        await Oracle.QuietAsync(shop, TimeSpan.FromSeconds(120));
        var verdict = await Oracle.JudgeAsync(shop, load.History, new Dictionary<string, long>());

        output.WriteLine(
            $"F36 {services.Length} x {ReplicatedShop.Replicas} replicas in {(ended - begun) / 1000.0:0.0} s "
                + $"(ends {Text(ends)}, starts {Text(starts)}), seed {seed}: "
                + $"{load.History.Intentions.Count} orders, answers {Text(load.History.Statuses)}; "
                + $"visits {string.Join(' ', browsing.Answers.Select(answer => $"{answer.Key}:{answer.Value}"))}, "
                + $"{browsing.Farewells} asked to leave; p99 {browsing.Percentile(99, 0, begun):0} ms before, "
                + $"{browsing.Percentile(99, begun, ended):0} ms meanwhile; "
                + $"{verdict.Lost} lost, {verdict.DoubledEffects} doubled");
        Assert.True(verdict.Violations.Count == 0, string.Join('\n', verdict.Violations.Take(20)));
        Assert.DoesNotContain(load.History.Statuses, answer => answer.Status is 0 or >= 500);
        Assert.Empty(browsing.Failures);
        Assert.True(ends.Max() < LongestEnd.TotalSeconds, $"A replica took {ends.Max():0.0} s to end.");
        Assert.NotEqual(0, browsing.Farewells);
    }

    private async Task CommandAsync(string replica)
    {
        await shop.CommandAsync(replica, KnownResourceCommands.StopCommand);
        await shop.CommandAsync(replica, KnownResourceCommands.StartCommand);
    }

    /// <summary>
    /// As by a platform that knows nothing of this host's commands: what balances must see by itself that the replica
    /// is about to end.
    /// </summary>
    private async Task SignalAsync(string replica)
    {
        var process = await shop.ProcessIdOfAsync(replica);
        await Processes.SignalAsync(process, "TERM");
        await Eventually.Equals(
            false, () => Task.FromResult(Processes.Lives(process)), LongestEnd, $"The end of {replica}");
        await shop.StartAgainAsync(replica, process);
    }

    private static string Text(List<double> seconds) => string.Join(' ', seconds.Select(one => $"{one:0.0}"));

    private static string Text(IEnumerable<(int Status, int Count)> answers) =>
        string.Join(' ', answers.OrderBy(answer => answer.Status).Select(answer => $"{answer.Status}:{answer.Count}"));
}
