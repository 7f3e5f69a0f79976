using System.Diagnostics;
using StackExchange.Redis;

namespace Shop.Tests.Chaos;

/// <summary>
/// F29: a replica that has read messages dies, another is only slow. Both times the other replica does their work soon,
/// and when the slow one goes on, that has no second effect.
/// </summary>
[Collection(nameof(ReplicatedShop))]
[Trait("Category", "Chaos")]
public class FailoverTests(ReplicatedShop shop, ITestOutputHelper output)
{
    private const string Stream = "shop:orders";
    private const string Group = "payments";
    private const int Seed = 29;

    // Entries that their consumer does not refresh are free for others after 5 s; the rest is room for a slow machine.
    private static readonly TimeSpan InTime = TimeSpan.FromSeconds(20);

    [Fact(Explicit = true)]
    [Trait("Category", "Soak")]
    public async Task Messages_of_a_dead_or_slow_replica_are_handled_soon_and_once()
    {
        await shop.AllReadyAsync();
        await using var redis = await shop.RedisAsync();
        var load = new Load(shop, Seed, ordersPerSecond: 8);
        await load.PrepareAsync();
        using var end = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var running = load.RunAsync(end.Token);
        var replicas = await shop.ReplicasOfAsync(Group);

        var (dead, orphans) = await StallWithMessagesAsync(redis.GetDatabase(), replicas[0]);
        await Processes.SignalAsync(dead, "KILL");
        await shop.StartAgainAsync(replicas[0], dead);
        var ofDead = await DoneAsync(redis.GetDatabase(), orphans);
        await shop.ReplicasOfAsync(Group);

        var (slow, held) = await StallWithMessagesAsync(redis.GetDatabase(), replicas[1]);
        TimeSpan ofSlow;
        try
        {
            ofSlow = await TakenAsync(redis.GetDatabase(), slow);
        }
        finally
        {
            await Processes.SignalAsync(slow, "CONT");
        }

        await DoneAsync(redis.GetDatabase(), held);
        await end.CancelAsync();
        await running;
        await Oracle.QuietAsync(shop, TimeSpan.FromSeconds(120));
        var verdict = await Oracle.JudgeAsync(shop, load.History, new Dictionary<string, long>());

        output.WriteLine(
            $"F29 seed {Seed}: {orphans.Length} messages of the dead done after {ofDead.TotalSeconds:0.0} "
                + $"s, {held.Length} of the slow taken after {ofSlow.TotalSeconds:0.0} s; "
                + $"{load.History.Intentions.Count} orders, {verdict.Lost} lost, {verdict.DoubledEffects} doubled");
        Assert.True(verdict.Violations.Count == 0, string.Join('\n', verdict.Violations.Take(20)));
    }

    /// <summary>Stops the process at a moment when it has read messages that it has not acknowledged.</summary>
    private async Task<(int Process, string[] Messages)> StallWithMessagesAsync(IDatabase redis, string replica)
    {
        var process = await shop.ProcessIdOfAsync(replica);
        var messages = await Eventually.Is(
            async () =>
            {
                await Processes.SignalAsync(process, "STOP");
                var pending = await PendingAsync(redis, process);
                if (pending.Length == 0)
                    await Processes.SignalAsync(process, "CONT");

                return pending;
            },
            pending => pending.Length > 0,
            within: TimeSpan.FromSeconds(60),
            what: $"A moment when {replica} holds messages");
        return (process, messages);
    }

    private static async Task<TimeSpan> DoneAsync(IDatabase redis, string[] messages)
    {
        var watch = Stopwatch.StartNew();
        await Eventually.Equals(
            0,
            async () =>
                (await redis.StreamPendingMessagesAsync(Stream, Group, 10_000, RedisValue.Null)).Count(
                    pending => messages.Contains($"{pending.MessageId}")),
            InTime,
            "Messages of the replica that are not done");
        return watch.Elapsed;
    }

    private static async Task<TimeSpan> TakenAsync(IDatabase redis, int process)
    {
        var watch = Stopwatch.StartNew();
        await Eventually.Equals(
            0,
            async () => (await PendingAsync(redis, process)).Length,
            InTime,
            "Messages of the replica that nobody has taken");
        return watch.Elapsed;
    }

    private static async Task<string[]> PendingAsync(IDatabase redis, int process)
    {
        // A member is named by machine, process and a number of its own; one that has not read anything yet is not
        // listed.
        var listed = (await redis.StreamConsumerInfoAsync(Stream, Group)).Select(one => one.Name)
            .Where(name => name.Contains($"-{process}-", StringComparison.Ordinal))
            .ToArray();
        return listed is [var member]
            ? [
                .. (await redis.StreamPendingMessagesAsync(Stream, Group, 1000, member)).Select(
                    pending => $"{pending.MessageId}"),
            ]
            : [];
    }
}
