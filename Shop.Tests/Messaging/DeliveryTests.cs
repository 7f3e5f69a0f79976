using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Shop.Messaging;

namespace Shop.Tests.Messaging;

[Collection(nameof(Backends))]
public sealed class DeliveryTests(Backends backends)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_message_is_handled_soon_after_its_commit_without_waiting_for_a_poll()
    {
        await using var modules = await TestModules.CreateAsync(backends);
        var producer = await modules.AddProducerAsync();
        var handled = new SemaphoreSlim(0);
        await modules.AddConsumerAsync((_, _, _, _) =>
        {
            handled.Release();
            return Task.CompletedTask;
        });
        await TestModules.PublishAsync(producer, ItemChanged.ForItems(1));
        await handled.WaitAsync(Cancel);

        List<TimeSpan> waits = [];
        for (var i = 0; i < 40; i++)
        {
            // At different moments between two polls.
            await Task.Delay(Random.Shared.Next(1, 60), Cancel);
            await TestModules.PublishAsync(producer, ItemChanged.ForItems(1));
            var committed = Stopwatch.GetTimestamp();
            await handled.WaitAsync(Cancel);
            waits.Add(Stopwatch.GetElapsedTime(committed));
        }

        // A poll would cost half a second on each of two hops; the machine may stutter once or twice.
        waits.Sort();
        Assert.True(waits[20] < TimeSpan.FromMilliseconds(300), $"Median: {waits[20]}");
        Assert.True(waits[36] < TimeSpan.FromMilliseconds(700), $"90 %: {waits[36]}");
    }

    [Fact]
    public async Task A_message_delivered_twice_is_applied_once()
    {
        await using var modules = await TestModules.CreateAsync(backends);
        var producer = await modules.AddProducerAsync();
        await modules.AddConsumerAsync();
        await TestModules.PublishAsync(producer, ItemChanged.ForItems(20));
        await modules.HasRowsAsync(20);

        var sent = await backends.Streams.StreamRangeAsync(TestModules.Stream);
        foreach (var entry in sent)
            await backends.Streams.StreamAddAsync(TestModules.Stream, Envelope.Field, entry[Envelope.Field]);
        await TestModules.PublishAsync(producer, ItemChanged.ForItems(1));
        await modules.HasRowsAsync(21);

        await Eventually.Equals(0, PendingAsync, what: "Entries pending");
        Assert.Equal(41, await backends.Streams.StreamLengthAsync(TestModules.Stream));
        Assert.Equal(21, await modules.CountRowsAsync());
    }

    /// <summary>As the relay sees it when the transaction of a publisher was open for an hour.</summary>
    [Fact]
    public async Task A_message_that_is_committed_long_after_later_ones_is_sent()
    {
        await using var modules = await TestModules.CreateAsync(backends);
        var producer = await modules.AddProducerAsync();
        await modules.AddConsumerAsync();
        await TestModules.PublishAsync(producer, ItemChanged.ForItems(1));
        await modules.HasRowsAsync(1);
        await modules.EverythingIsSentAsync();

        var id = MessageIds.Floor(TimeProvider.System.GetUtcNow().AddHours(-1));
        await modules.ExecuteAsync(
            $"""
            INSERT INTO producer.outbox (id, type, subject, content, at)
            SELECT '{id}', type, subject, replace(content, id::text, '{id}'), at - interval '1 hour'
            FROM producer.outbox_sent
            """);

        await modules.HasRowsAsync(2);
    }

    [Fact]
    public async Task Messages_that_there_was_no_time_for_are_not_recorded_in_vain_again_and_again()
    {
        const int Messages = 200;
        await using var modules = await TestModules.CreateAsync(backends);
        var producer = await modules.AddProducerAsync();
        await modules.AddConsumerAsync((_, _, _, cancel) => Task.Delay(20, cancel));

        await TestModules.PublishAsync(producer, ItemChanged.ForItems(Messages));

        await modules.HasRowsAsync(Messages);
        const string Statistics = "FROM pg_stat_user_tables WHERE schemaname = 'consumer' AND relname = 'inbox'";
        await Eventually.Equals(
            Messages,
            () => modules.CountAsync($"SELECT n_tup_ins - n_tup_del {Statistics}"),
            what: "Rows of the inbox by the server's statistics");
        // By first batches of 64, of which five have time; without learning from them it would be some 2,000.
        Assert.InRange(await modules.CountAsync($"SELECT n_tup_del {Statistics}"), 0, 4 * Messages);
    }

    [Fact]
    public async Task What_handlers_of_a_transaction_need_is_loaded_once_before_them_and_not_for_a_repeated_message()
    {
        await using var modules = await TestModules.CreateAsync(backends);
        var producer = await modules.AddProducerAsync();
        var loads = new ConcurrentQueue<Guid[]>();
        var unloaded = 0;
        await modules.AddGroupAsync(
            "consumer",
            (message, _, _, _) =>
            {
                if (!loads.Any(subjects => subjects.Contains(message.Item)))
                    Interlocked.Increment(ref unloaded);

                return Task.CompletedTask;
            },
            ["Parallelism=1"],
            load: (_, subjects, _) =>
            {
                loads.Enqueue(subjects);
                return Task.CompletedTask;
            });

        await TestModules.PublishAsync(producer, ItemChanged.ForItems(60));
        await modules.HasRowsAsync(60);
        Assert.Equal(0, unloaded);
        Assert.True(loads.Count < 30, $"{loads.Count} loads");

        loads.Clear();
        foreach (var entry in await backends.Streams.StreamRangeAsync(TestModules.Stream))
            await backends.Streams.StreamAddAsync(TestModules.Stream, Envelope.Field, entry[Envelope.Field]);
        var last = ItemChanged.ForItems(1);
        await TestModules.PublishAsync(producer, last);
        await modules.HasRowsAsync(61);
        Assert.Equal([last[0].Item], loads.SelectMany(subjects => subjects).Distinct());
    }

    [Fact]
    public async Task A_message_of_a_rolled_back_transaction_is_never_sent()
    {
        await using var modules = await TestModules.CreateAsync(backends);
        var producer = await modules.AddProducerAsync();
        await modules.AddConsumerAsync();

        await using (var scope = producer.Services.CreateAsyncScope())
        {
            var db = scope.ServiceProvider.GetRequiredService<ProducerDb>();
            await using var transaction = await db.Database.BeginTransactionAsync(Cancel);
            db.Publish(new ItemChanged(Guid.CreateVersion7(), 1));
            await db.SaveChangesAsync(Cancel);
            await transaction.RollbackAsync(Cancel);
        }

        await TestModules.PublishAsync(producer, new ItemChanged(Guid.CreateVersion7(), 2));
        await modules.HasRowsAsync(1);
        Assert.Equal([2], await modules.ListAsync<int>("SELECT number FROM consumer.rows"));
        Assert.Equal(1, await backends.Streams.StreamLengthAsync(TestModules.Stream));
    }

    [Fact]
    public async Task Two_relays_and_two_consumers_apply_each_message_once()
    {
        await using var modules = await TestModules.CreateAsync(backends);
        var producer = await modules.AddProducerAsync();
        await modules.AddProducerAsync();
        await modules.AddConsumerAsync();
        await modules.AddConsumerAsync();

        await Parallel.ForAsync(0, 20, async (_, _) =>
            await TestModules.PublishAsync(producer, ItemChanged.ForItems(50)));

        await modules.HasRowsAsync(1000);
        await Eventually.Equals(0, PendingAsync, what: "Entries pending");
        await modules.EverythingIsSentAsync();
        Assert.Equal(1000, await modules.CountAsync("SELECT count(DISTINCT message_id) FROM consumer.rows"));
        Assert.Equal(1000, await modules.CountRowsAsync());
        Assert.Equal(1000, await modules.CountAsync("SELECT count(*) FROM consumer.inbox"));
    }

    [Fact]
    public async Task Messages_of_one_subject_are_handled_in_order_even_when_one_fails()
    {
        await using var modules = await TestModules.CreateAsync(backends);
        var producer = await modules.AddProducerAsync();
        var items = ItemChanged.ForItems(10);
        var failed = 0;
        await modules.AddConsumerAsync(
            (message, _, _, _) => message.Number == 3 && Interlocked.Increment(ref failed) <= 5
                ? throw new InvalidOperationException("It failed.")
                : Task.CompletedTask,
            "RetryDelays:0=00:00:00.05", "RetryDelays:1=00:00:00.05", "RetryDelays:2=00:00:00.05");

        for (var number = 0; number < 20; number++)
            await TestModules.PublishAsync(producer, items.Select(item => item with { Number = number }));

        await modules.HasRowsAsync(200);
        Assert.True(failed > 0);
        foreach (var item in items)
        {
            var numbers = await modules.ListAsync<int>(
                $"SELECT number FROM consumer.rows WHERE item = '{item.Item}' ORDER BY id");
            Assert.Equal(Enumerable.Range(0, 20), numbers);
        }
    }

    [Fact]
    public async Task The_handler_runs_in_the_trace_of_the_publisher()
    {
        using var source = new ActivitySource("Shop.Tests.Messaging");
        using var listener = new ActivityListener
        {
            ShouldListenTo = listened => listened == source || listened.Name == "Shop.Messaging",
            Sample = static (ref _) => ActivitySamplingResult.AllData,
        };
        ActivitySource.AddActivityListener(listener);
        await using var modules = await TestModules.CreateAsync(backends);
        var producer = await modules.AddProducerAsync();
        var handled = new TaskCompletionSource<Activity?>(TaskCreationOptions.RunContinuationsAsynchronously);
        await modules.AddConsumerAsync((_, _, _, _) =>
        {
            handled.TrySetResult(Activity.Current);
            return Task.CompletedTask;
        });

        using var publishing = source.StartActivity("publish");
        await TestModules.PublishAsync(producer, ItemChanged.ForItems(1));

        var handling = await handled.Task.WaitAsync(TimeSpan.FromSeconds(10), Cancel);
        Assert.Equal((publishing!.TraceId, publishing.SpanId), (handling!.TraceId, handling.ParentSpanId));
        Assert.Equal((ActivityKind.Consumer, "process item-changed"), (handling.Kind, handling.DisplayName));
    }

    private async Task<int> PendingAsync() =>
        (await backends.Streams.StreamPendingAsync(TestModules.Stream, "consumer")).PendingMessageCount;
}
