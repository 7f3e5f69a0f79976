using System.Diagnostics;
using Aspire.Hosting.ApplicationModel;
using Shop.Tests.Distributed;

namespace Shop.Tests.Chaos;

/// <summary>
/// F40: others on the machine take its processors. Everything is slower, nothing is given up and started again.
/// </summary>
[Collection(nameof(ShopToBreak))]
[Trait("Category", "Soak")]
public class CpuStarvationTests(BreakableShop shop, ITestOutputHelper output)
{
    private static readonly string[] Resources =
    [
        "postgres", "redis", "users", "orders", "payments", "shipping", "gateway",
    ];

    [Fact(Explicit = true)]
    public async Task A_starved_processor_restarts_nothing_and_loses_nothing()
    {
        var cancel = TestContext.Current.CancellationToken;
        await shop.HealthyAsync(cancel);
        var before = await Task.WhenAll(Resources.Select(shop.ProcessIdOfAsync));
        var load = new Load(shop, seed: 40, ordersPerSecond: 10);
        await load.PrepareAsync();
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var running = load.RunAsync(end.Token);

        var states = WatchAsync(end.Token);
        var spinning = Enumerable.Range(0, 4)
            .Select(_ => Process.Start("/bin/sh", ["-c", "while :; do :; done"]))
            .ToArray();
        try
        {
            await Task.Delay(TimeSpan.FromSeconds(30), cancel);
        }
        finally
        {
            foreach (var one in spinning)
            {
                one.Kill();
                one.Dispose();
            }
        }

        await end.CancelAsync();
        await running;
        Assert.Equal(before, await Task.WhenAll(Resources.Select(shop.ProcessIdOfAsync)));
        await Oracle.QuietAsync(shop, TimeSpan.FromSeconds(60));
        var verdict = await Oracle.JudgeAsync(shop, load.History, shop.Poison(new Dictionary<string, long>()));
        var answers = string.Join(' ', load.History.Statuses.Select(s => $"{s.Status}:{s.Count}"));
        output.WriteLine(
            $"F40: {load.History.Intentions.Count} orders, answers {answers}, left Running: {await states}");
        Assert.True(verdict.Violations.Count == 0, string.Join('\n', verdict.Violations.Take(20)));
        Assert.Equal(0, await states);
    }

    /// <summary>How often a resource was seen in another state than Running.</summary>
    private async Task<int> WatchAsync(CancellationToken end)
    {
        var left = 0;
        try
        {
            await foreach (var seen in shop.App.ResourceNotifications.WatchAsync(end))
            {
                if (Resources.Contains(seen.Resource.Name) && seen.Snapshot.State?.Text != KnownResourceStates.Running)
                    left++;
            }
        }
        catch (OperationCanceledException)
        {
            // Seen enough.
        }

        return left;
    }
}
