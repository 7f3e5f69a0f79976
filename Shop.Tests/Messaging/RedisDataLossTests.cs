using Microsoft.Extensions.Hosting;

namespace Shop.Tests.Messaging;

/// <summary>Redis only carries: whatever it loses, every message is applied once.</summary>
[Collection(nameof(Backends))]
public sealed class RedisDataLossTests(Backends backends)
{
    [Theory]
    [InlineData("FLUSHALL")]
    [InlineData("DEL", TestModules.Stream)]
    public async Task After_a_loss_consumers_get_what_is_sent_from_then_on(params string[] loss)
    {
        await using var modules = await TestModules.CreateAsync(backends);
        var producer = await modules.AddProducerAsync();
        await modules.AddConsumerAsync();
        await TestModules.PublishAsync(producer, ItemChanged.ForItems(300));
        await Eventually.Is(modules.CountRowsAsync, rows => rows > 0);

        await backends.Streams.ExecuteAsync(loss[0], [.. loss.Skip(1)]);

        var after = ItemChanged.ForItems(200);
        foreach (var messages in after.Chunk(20))
            await TestModules.PublishAsync(producer, messages);
        var items = string.Join(',', after.Select(message => $"'{message.Item}'"));
        await Eventually.Equals(
            200L,
            () => modules.CountAsync($"SELECT count(*) FROM consumer.rows WHERE item IN ({items})"),
            TimeSpan.FromSeconds(10),
            "Rows after the loss");
        Assert.Equal(0, await modules.CountAsync("SELECT count(*) - count(DISTINCT message_id) FROM consumer.rows"));
    }

    [Theory]
    [InlineData("FLUSHALL")]
    [InlineData("DEL", TestModules.Stream)]
    [InlineData("XGROUP", "DESTROY", TestModules.Stream, "consumer")]
    public async Task What_an_absent_consumer_had_not_read_is_sent_again(params string[] loss)
    {
        await using var modules = await TestModules.CreateAsync(backends);
        var producer = await modules.AddProducerAsync();
        var consumer = await modules.AddConsumerAsync();
        await TestModules.PublishAsync(producer, ItemChanged.ForItems(10));
        await modules.HasRowsAsync(10);
        await modules.StopAsync(consumer);

        await TestModules.PublishAsync(producer, ItemChanged.ForItems(50));
        await modules.EverythingIsSentAsync();
        await backends.Streams.ExecuteAsync(loss[0], [.. loss.Skip(1)]);
        await modules.AddConsumerAsync();

        await modules.HasRowsAsync(60, TimeSpan.FromSeconds(15));
        Assert.Equal(60, await modules.CountAsync("SELECT count(DISTINCT message_id) FROM consumer.rows"));
    }

    [Fact]
    public async Task Repeated_losses_while_two_relays_send_lose_nothing_and_apply_nothing_twice()
    {
        await using var modules = await TestModules.CreateAsync(backends);
        IHost[] producers = [await modules.AddProducerAsync(), await modules.AddProducerAsync()];
        await modules.AddConsumerAsync();
        await modules.AddConsumerAsync();

        var ordered = 0L;
        for (var round = 0; round < 12; round++)
        {
            foreach (var messages in ItemChanged.ForItems(100).Chunk(10))
            {
                await TestModules.PublishAsync(producers[ordered / 10 % 2], messages);
                ordered += messages.Length;
            }

            await backends.Streams.ExecuteAsync("FLUSHALL");
        }

        await modules.HasRowsAsync(ordered, TimeSpan.FromSeconds(30));
        Assert.Equal(ordered, await modules.CountAsync("SELECT count(DISTINCT message_id) FROM consumer.rows"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_new_group_gets_what_the_others_are_done_with(bool everythingIsLost)
    {
        await using var modules = await TestModules.CreateAsync(backends);
        var producer = await modules.AddProducerAsync();
        await modules.AddConsumerAsync();
        await TestModules.PublishAsync(producer, ItemChanged.ForItems(50));
        await modules.HasRowsAsync(50);
        await modules.EverythingIsSentAsync();
        if (everythingIsLost)
            await backends.Streams.ExecuteAsync("FLUSHALL");
        else
            await backends.Streams.StreamTrimAsync(TestModules.Stream, 0);

        await modules.AddGroupAsync("second");

        await modules.HasRowsAsync(100, TimeSpan.FromSeconds(15));
        Assert.Equal(50, await modules.CountAsync("SELECT count(*) FROM consumer.inbox WHERE consumer = 'second'"));
        Assert.Equal(50, await modules.CountAsync("SELECT count(*) FROM consumer.inbox WHERE consumer = 'consumer'"));
    }

    [Fact]
    public async Task A_restart_of_Redis_sends_again_only_what_is_not_recorded()
    {
        await using var modules = await TestModules.CreateAsync(backends);
        var producer = await modules.AddProducerAsync();
        await modules.AddConsumerAsync();
        await TestModules.PublishAsync(producer, ItemChanged.ForItems(50));
        await modules.HasRowsAsync(50);
        await modules.EverythingIsSentAsync();
        // Recorded up to the last of them.
        await Eventually.Equals(
            50L,
            () => modules.CountAsync(
                """
                SELECT count(*) FROM producer.outbox_sent, producer.outbox_stream AS state
                WHERE outbox_sent.epoch = state.epoch AND entry <= recorded
                """),
            what: "Recorded events");
        var before = await modules.CountAsync("SELECT epoch::bigint FROM producer.outbox_stream");

        await backends.StopRedisAsync();
        await backends.StartRedisAsync();

        await Eventually.Is(
            () => modules.CountAsync("SELECT epoch::bigint FROM producer.outbox_stream"),
            epoch => epoch > before,
            what: "The epoch");
        Assert.Equal(50, await modules.CountAsync("SELECT count(*) FROM producer.outbox_sent"));
        Assert.Equal(0, await modules.CountAsync("SELECT count(*) FROM producer.outbox"));
        await TestModules.PublishAsync(producer, ItemChanged.ForItems(10));
        await modules.HasRowsAsync(60);
    }

    [Fact]
    public async Task A_lost_group_gets_everything_again_and_applies_nothing_twice()
    {
        await using var modules = await TestModules.CreateAsync(backends);
        var producer = await modules.AddProducerAsync();
        await modules.AddConsumerAsync();
        await TestModules.PublishAsync(producer, ItemChanged.ForItems(300));
        await Eventually.Is(modules.CountRowsAsync, rows => rows > 0);

        await backends.Streams.ExecuteAsync("XGROUP", "DESTROY", TestModules.Stream, "consumer");
        await TestModules.PublishAsync(producer, ItemChanged.ForItems(200));

        await modules.HasRowsAsync(500, TimeSpan.FromSeconds(10));
        await Eventually.Equals("0 pending, 500 inbox", async () =>
        {
            var pending = await backends.Streams.StreamPendingAsync(TestModules.Stream, "consumer");
            var inbox = await modules.CountAsync("SELECT count(*) FROM consumer.inbox");
            return $"{pending.PendingMessageCount} pending, {inbox} inbox";
        });
        Assert.Equal(500, await modules.CountRowsAsync());
    }

    [Fact]
    public async Task An_outage_of_Redis_delays_messages_and_loses_none()
    {
        await using var modules = await TestModules.CreateAsync(backends);
        var producer = await modules.AddProducerAsync();
        await modules.AddConsumerAsync();
        await TestModules.PublishAsync(producer, ItemChanged.ForItems(100));
        await modules.HasRowsAsync(100);

        await backends.StopRedisAsync();
        await TestModules.PublishAsync(producer, ItemChanged.ForItems(100));
        Assert.Equal(100, await modules.CountAsync("SELECT count(*) FROM producer.outbox"));
        await backends.StartRedisAsync();

        await modules.HasRowsAsync(200, TimeSpan.FromSeconds(15));
        Assert.Equal(200, await modules.CountAsync("SELECT count(DISTINCT message_id) FROM consumer.rows"));
    }
}
