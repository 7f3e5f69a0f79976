using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Shop.Messaging;
using StackExchange.Redis;

namespace Shop.Tests.Messaging;

[Collection(nameof(Backends))]
public sealed class ConsumerTests(Backends backends)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_entries_of_a_consumer_that_died_are_taken_over()
    {
        await using var modules = await TestModules.CreateAsync(backends);
        var producer = await modules.AddProducerAsync();
        await backends.Streams.StreamCreateConsumerGroupAsync(TestModules.Stream, "consumer", "0-0");
        await TestModules.PublishAsync(producer, ItemChanged.ForItems(50));
        await Eventually.Equals(50, async () => (int)await backends.Streams.StreamLengthAsync(TestModules.Stream));
        await backends.Streams.StreamReadGroupAsync(TestModules.Stream, "consumer", "died-after-reading", ">", 50);

        await modules.AddConsumerAsync();

        await modules.HasRowsAsync(50, TimeSpan.FromSeconds(10));
        await Eventually.Equals(0, PendingAsync, what: "Entries pending");
        Assert.Equal(50, await modules.CountAsync("SELECT count(DISTINCT message_id) FROM consumer.rows"));
    }

    [Fact]
    public async Task A_consumer_that_is_stopped_finishes_what_it_has_begun_and_leaves_the_group()
    {
        await using var modules = await TestModules.CreateAsync(backends);
        var producer = await modules.AddProducerAsync();
        var begun = new SemaphoreSlim(0);
        var consumer = await modules.AddConsumerAsync(async (_, _, _, cancel) =>
        {
            begun.Release();
            await Task.Delay(TimeSpan.FromSeconds(1), cancel);
        });
        await TestModules.PublishAsync(producer, ItemChanged.ForItems(1));
        await begun.WaitAsync(Cancel);

        await consumer.StopAsync(Cancel);

        Assert.Equal(1, await modules.CountRowsAsync());
        Assert.Equal(0, await PendingAsync());
        Assert.Empty(await ConsumersAsync());
    }

    [Fact]
    public async Task A_stopped_consumer_with_pending_entries_stays_in_the_group_until_they_are_taken_over()
    {
        await using var modules = await TestModules.CreateAsync(backends);
        var producer = await modules.AddProducerAsync();
        var failed = new SemaphoreSlim(0);
        var consumer = await modules.AddConsumerAsync(
            (_, _, _, _) =>
            {
                failed.Release();
                throw new InvalidOperationException("It is broken.");
            },
            "RetryDelays:0=00:01:00");
        await TestModules.PublishAsync(producer, ItemChanged.ForItems(1));
        await failed.WaitAsync(Cancel);

        await consumer.StopAsync(Cancel);
        var left = Assert.Single(await ConsumersAsync());
        Assert.Equal(1, left.PendingMessageCount);

        await modules.AddConsumerAsync();
        await modules.HasRowsAsync(1, TimeSpan.FromSeconds(10));
        await Eventually.Equals(0, PendingAsync, what: "Entries pending");
    }

    [Fact]
    public async Task The_host_gives_handlers_time_to_finish()
    {
        await using var modules = await TestModules.CreateAsync(backends);
        var consumer = await modules.AddConsumerAsync();

        var options = consumer.Services.GetRequiredService<IOptions<HostOptions>>().Value;
        Assert.InRange(options.ShutdownTimeout.TotalSeconds, 20, 25);
    }

    [Fact]
    public async Task Trimming_keeps_what_a_group_has_not_acknowledged()
    {
        await using var modules = await TestModules.CreateAsync(backends);
        var producer = await modules.AddProducerAsync();
        foreach (var group in new[] { "consumer", "second", "third" })
            await backends.Streams.StreamCreateConsumerGroupAsync(TestModules.Stream, group, "0-0");
        await TestModules.PublishAsync(producer, ItemChanged.ForItems(1000));
        await Eventually.Equals(1000, async () => (int)await backends.Streams.StreamLengthAsync(TestModules.Stream));
        var streams = producer.Services.GetRequiredService<RedisStreams>();

        // One group is done with all, the second holds the 300th, the third has read nothing.
        var entries = await backends.Streams.StreamReadGroupAsync(TestModules.Stream, "consumer", "one", ">", 1000);
        var ids = Array.ConvertAll(entries, entry => entry.Id);
        await backends.Streams.StreamAcknowledgeAsync(TestModules.Stream, "consumer", ids);
        await backends.Streams.StreamReadGroupAsync(TestModules.Stream, "second", "one", ">", 1000);
        await backends.Streams.StreamAcknowledgeAsync(
            TestModules.Stream, "second", [.. ids.Where((_, index) => index != 300)]);
        await TrimAsync();
        Assert.Equal(1000, await backends.Streams.StreamLengthAsync(TestModules.Stream));

        await backends.Streams.StreamReadGroupAsync(TestModules.Stream, "third", "one", ">", 1000);
        await backends.Streams.StreamAcknowledgeAsync(TestModules.Stream, "third", ids);
        await TrimAsync();
        Assert.InRange(await backends.Streams.StreamLengthAsync(TestModules.Stream), 700, 999);
        var range = await backends.Streams.StreamRangeAsync(TestModules.Stream, ids[300], ids[300]);
        Assert.Equal(ids[300], Assert.Single(range).Id);

        await backends.Streams.StreamAcknowledgeAsync(TestModules.Stream, "second", [ids[300]]);
        await TrimAsync();
        Assert.InRange(await backends.Streams.StreamLengthAsync(TestModules.Stream), 0, 199);

        async Task TrimAsync()
        {
            var recorded = await streams.RecordedAsync(TestModules.Stream);
            var soon = TimeProvider.System.GetUtcNow() + TimeSpan.FromSeconds(1);
            await streams.TrimAsync(TestModules.Stream, soon, recorded.Values);
        }
    }

    private async Task<StreamConsumerInfo[]> ConsumersAsync() =>
        await backends.Streams.StreamConsumerInfoAsync(TestModules.Stream, "consumer");

    private async Task<int> PendingAsync() =>
        (await backends.Streams.StreamPendingAsync(TestModules.Stream, "consumer")).PendingMessageCount;
}
