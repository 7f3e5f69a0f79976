using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Shop.Messaging;

namespace Shop.Tests.Messaging;

/// <summary>Every replica learns of every event, and of what it may have missed.</summary>
[Collection(nameof(Backends))]
public sealed class StreamObserverTests(Backends backends)
{
    [Fact]
    public async Task Every_replica_sees_every_event_from_its_start_on()
    {
        await using var modules = await TestModules.CreateAsync(backends);
        var producer = await modules.AddProducerAsync();
        await TestModules.PublishAsync(producer, new ItemChanged(Guid.CreateVersion7(), 0));
        var replicas = await Task.WhenAll(AddAsync(modules), AddAsync(modules));
        foreach (var replica in replicas)
            await Eventually.Is(() => Task.FromResult(replica.Gaps), gaps => gaps > 0, what: "The start of a follower");

        var items = ItemChanged.ForItems(500);
        await TestModules.PublishAsync(producer, items);

        foreach (var replica in replicas)
        {
            await Eventually.Is(
                () => Task.FromResult(replica.Seen.Count),
                count => count >= items.Length,
                what: "The number of events that a replica has seen");
            Assert.Subset(replica.Seen.ToHashSet(), items.Select(item => item.Item).ToHashSet());
        }
    }

    [Fact]
    public async Task Goes_on_when_the_stream_is_lost_and_published_again()
    {
        await using var modules = await TestModules.CreateAsync(backends);
        var producer = await modules.AddProducerAsync();
        var replica = await AddAsync(modules);
        await Eventually.Is(() => Task.FromResult(replica.Gaps), gaps => gaps > 0, what: "The start of the follower");
        await backends.Streams.ExecuteAsync("FLUSHALL");

        var item = new ItemChanged(Guid.CreateVersion7(), 1);
        await TestModules.PublishAsync(producer, item);

        await Eventually.Is(
            () => Task.FromResult(replica.Seen.Contains(item.Item)), seen => seen, what: "The event after the loss");
    }

    [Fact]
    public async Task A_stream_in_memory_is_seen_without_Redis()
    {
        await using var modules = await TestModules.CreateAsync(backends);
        var producer = await modules.AddProducerAsync(Observe, new TestProcess(["producer"]));

        var items = ItemChanged.ForItems(50);
        await TestModules.PublishAsync(producer, items);

        var seen = producer.Services.GetRequiredService<Recorder>().Seen;
        await Eventually.Equals(items.Length, () => Task.FromResult(seen.Count), what: "The number of events seen");
        Assert.Equal(items.Select(item => item.Item), seen);
        Assert.Equal(0, await backends.Streams.StreamLengthAsync(TestModules.Stream));
    }

    private static async Task<Recorder> AddAsync(TestModules modules) =>
        (await modules.AddProducerAsync(Observe)).Services.GetRequiredService<Recorder>();

    private static void Observe(IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<Recorder>();
        builder.AddStreamObserver<Recorder>("producer");
    }

    private sealed class Recorder : IStreamObserver
    {
        private int _gaps;

        public ConcurrentQueue<Guid> Seen { get; } = new();

        public int Gaps => _gaps;

        public void OnEvent(string type, Guid subject, JsonElement data)
        {
            if (type == ItemChanged.Type)
                Seen.Enqueue(subject);
        }

        public void OnGap() => Interlocked.Increment(ref _gaps);
    }
}
