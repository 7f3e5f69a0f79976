using Microsoft.Extensions.Logging.Abstractions;
using Shop.ServiceDefaults;

namespace Shop.Tests.Unit;

/// <summary>When a worker works: its own interval would be the day after tomorrow.</summary>
public class BackgroundWorkerTests
{
    [Fact]
    public async Task A_round_can_say_when_the_next_one_is_due()
    {
        using var worker = new Worker(TimeSpan.FromMilliseconds(20));
        await worker.StartAsync(TestContext.Current.CancellationToken);

        await Eventually.Is(() => Task.FromResult(worker.Rounds), rounds => rounds >= 3, what: "Rounds");

        await worker.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task What_is_due_already_is_done_at_once()
    {
        using var worker = new Worker(TimeSpan.FromSeconds(-1));
        await worker.StartAsync(TestContext.Current.CancellationToken);

        await Eventually.Is(() => Task.FromResult(worker.Rounds), rounds => rounds >= 3, what: "Rounds");

        await worker.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_round_that_is_due_later_does_not_hold_up_the_end()
    {
        using var worker = new Worker(TimeSpan.FromHours(1));
        await worker.StartAsync(TestContext.Current.CancellationToken);
        await Eventually.Equals(1, () => Task.FromResult(worker.Rounds), what: "Rounds");

        await worker.StopAsync(TestContext.Current.CancellationToken);

        Assert.True(worker.ExecuteTask!.IsCompletedSuccessfully);
    }

    private sealed class Worker(TimeSpan next)
        : BackgroundWorker("Test", TimeSpan.FromDays(2), Task.CompletedTask, NullLogger.Instance)
    {
        private int _rounds;

        public int Rounds => Volatile.Read(ref _rounds);

        protected override Task<bool> WorkAsync(CancellationToken cancel)
        {
            Interlocked.Increment(ref _rounds);
            WakeAfter(next);
            return Task.FromResult(false);
        }
    }
}
