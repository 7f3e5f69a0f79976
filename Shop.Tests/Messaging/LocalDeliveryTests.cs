using Microsoft.Extensions.Hosting;

namespace Shop.Tests.Messaging;

/// <summary>Modules in one process, whose messages go straight from one to the other.</summary>
[Collection(nameof(Backends))]
public sealed class LocalDeliveryTests(Backends backends)
{
    private static readonly string[] Both = ["producer", "consumer"];

    [Fact]
    public async Task Without_Redis_messages_reach_the_module_beside_once_and_in_order()
    {
        await using var modules = await TestModules.CreateAsync(backends);
        var process = new TestProcess(Both);
        var producer = await modules.AddProducerAsync(process: process);
        await modules.AddConsumerAsync(process);
        var items = ItemChanged.ForItems(10);

        for (var number = 0; number < 20; number++)
            await TestModules.PublishAsync(producer, items.Select(item => item with { Number = number }));

        await modules.HasRowsAsync(200);
        foreach (var item in items)
        {
            Assert.Equal(
                Enumerable.Range(0, 20),
                await modules.ListAsync<int>(
                    $"SELECT number FROM consumer.rows WHERE item = '{item.Item}' ORDER BY id"));
        }

        await modules.EverythingIsSentAsync();
        Assert.Equal(0, await backends.Streams.StreamLengthAsync(TestModules.Stream));
    }

    [Fact]
    public async Task What_a_process_had_not_handled_when_it_ended_the_next_one_handles()
    {
        await using var modules = await TestModules.CreateAsync(backends);
        var (producer, consumer) = await StartAsync(
            modules,
            new(Both),
            // Those of even numbers never end.
            (message, _, _, cancel) => message.Number % 2 == 0
                ? Task.Delay(Timeout.Infinite, cancel)
                : Task.CompletedTask,
            "ShutdownTimeout=00:00:00.1");
        await TestModules.PublishAsync(producer, ItemChanged.ForItems(40));
        await modules.EverythingIsSentAsync();
        await modules.StopAsync(consumer);
        await modules.StopAsync(producer);
        Assert.InRange(await modules.CountRowsAsync(), 0, 20);

        await StartAsync(modules, new(Both));

        await OnceEachAsync(modules, 40);
    }

    [Fact]
    public async Task A_module_that_starts_late_gets_what_was_sent_before()
    {
        await using var modules = await TestModules.CreateAsync(backends);
        var process = new TestProcess(Both);
        var producer = await modules.AddProducerAsync(process: process);
        await TestModules.PublishAsync(producer, ItemChanged.ForItems(30));
        await modules.EverythingIsSentAsync();

        await modules.AddConsumerAsync(process);

        await OnceEachAsync(modules, 30);
    }

    [Fact]
    public async Task What_does_not_fit_into_memory_comes_later_and_in_order()
    {
        await using var modules = await TestModules.CreateAsync(backends);
        var open = new TaskCompletionSource();
        var (producer, _) = await StartAsync(
            modules,
            new(Both, maxQueued: 20),
            (_, _, _, cancel) => open.Task.WaitAsync(cancel),
            "MaxHeld=10",
            "ReadBatch=5");
        var item = Guid.CreateVersion7();
        for (var number = 0; number < 200; number++)
            await TestModules.PublishAsync(producer, new ItemChanged(item, number));

        await modules.EverythingIsSentAsync();
        open.SetResult();

        await OnceEachAsync(modules, 200);
        Assert.Equal(
            Enumerable.Range(0, 200), await modules.ListAsync<int>("SELECT number FROM consumer.rows ORDER BY id"));
    }

    [Fact]
    public async Task Of_two_processes_one_carries_the_stream_and_the_other_takes_over()
    {
        await using var modules = await TestModules.CreateAsync(backends);
        var first = await StartAsync(modules, new(Both));
        await TestModules.PublishAsync(first.Producer, ItemChanged.ForItems(10));
        await modules.HasRowsAsync(10);
        var epoch = await EpochAsync(modules);
        var second = await StartAsync(modules, new(Both));

        // The second stands by, but what it publishes is sent.
        await TestModules.PublishAsync(second.Producer, ItemChanged.ForItems(100));
        await TestModules.PublishAsync(first.Producer, ItemChanged.ForItems(100));
        await OnceEachAsync(modules, 210);
        // Two that both sent would take the stream from each other, with a new epoch each time.
        Assert.Equal(epoch, await EpochAsync(modules));

        await modules.StopAsync(first.Producer);
        await modules.StopAsync(first.Consumer);
        await TestModules.PublishAsync(second.Producer, ItemChanged.ForItems(100));

        await OnceEachAsync(modules, 310);
    }

    [Fact]
    public async Task A_module_elsewhere_gets_it_by_Redis_and_the_one_beside_without()
    {
        await using var modules = await TestModules.CreateAsync(backends);
        var process = new TestProcess(Both, redis: true);
        var (producer, _) = await StartAsync(modules, process);
        await modules.AddGroupAsync("elsewhere");
        await TestModules.PublishAsync(producer, ItemChanged.ForItems(50));

        await modules.HasRowsAsync(100);
        Assert.Equal(50, await HandledByAsync(modules, "consumer"));
        Assert.Equal(50, await HandledByAsync(modules, "elsewhere"));
        var groups = await backends.Streams.StreamGroupInfoAsync(TestModules.Stream);
        Assert.Equal(["elsewhere"], groups.Select(group => group.Name));
    }

    [Fact]
    public async Task A_module_moves_into_the_process_and_out_again_without_a_loss()
    {
        await using var modules = await TestModules.CreateAsync(backends);
        var producer = await modules.AddProducerAsync();
        var consumer = await modules.AddConsumerAsync();
        await TestModules.PublishAsync(producer, ItemChanged.ForItems(10));
        await modules.HasRowsAsync(10);
        await modules.StopAsync(consumer);
        await TestModules.PublishAsync(producer, ItemChanged.ForItems(10));
        await modules.EverythingIsSentAsync();
        await modules.StopAsync(producer);

        var together = await StartAsync(modules, new(Both));
        await OnceEachAsync(modules, 20);
        await modules.StopAsync(together.Consumer);
        await TestModules.PublishAsync(together.Producer, ItemChanged.ForItems(10));
        await modules.EverythingIsSentAsync();
        await modules.StopAsync(together.Producer);
        Assert.Equal(20, await modules.CountRowsAsync());

        await modules.AddConsumerAsync();
        await modules.AddProducerAsync();
        await OnceEachAsync(modules, 30);
    }

    [Fact]
    public async Task Without_Redis_a_module_whose_messages_would_reach_nobody_does_not_start()
    {
        await using var modules = await TestModules.CreateAsync(backends);

        var alone = await Assert.ThrowsAsync<InvalidOperationException>(
            () => modules.AddProducerAsync(process: new([])));
        var elsewhere = await Assert.ThrowsAsync<InvalidOperationException>(
            () => modules.AddConsumerAsync(new TestProcess(["consumer"])));

        Assert.All([alone, elsewhere], failure => Assert.Contains("Redis", failure.Message, StringComparison.Ordinal));
    }

    private static async Task<(IHost Producer, IHost Consumer)> StartAsync(
        TestModules modules, TestProcess process, Handler? handler = null, params string[] settings)
    {
        var consumer = await modules.AddConsumerAsync(process, handler, settings);
        return (await modules.AddProducerAsync(process: process), consumer);
    }

    private static async Task OnceEachAsync(TestModules modules, long messages)
    {
        await modules.HasRowsAsync(messages);
        await modules.EverythingIsSentAsync();
        Assert.Equal(messages, await modules.CountAsync("SELECT count(DISTINCT message_id) FROM consumer.rows"));
        Assert.Equal(messages, await modules.CountRowsAsync());
    }

    private static Task<long> EpochAsync(TestModules modules) =>
        modules.CountAsync("SELECT epoch::bigint FROM producer.outbox_stream");

    private static Task<long> HandledByAsync(TestModules modules, string group) =>
        modules.CountAsync($"SELECT count(*) FROM consumer.inbox WHERE consumer = '{group}'");
}
