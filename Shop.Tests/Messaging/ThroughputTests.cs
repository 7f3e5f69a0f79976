using System.Diagnostics;

namespace Shop.Tests.Messaging;

[Collection(nameof(Backends))]
public sealed class ThroughputTests(Backends backends, ITestOutputHelper output)
{
    [Fact(Explicit = true)]
    public async Task Messages_per_second_from_the_outbox_to_the_effect()
    {
        const int Messages = 20_000;
        const int PerTransaction = 200;
        await using var modules = await TestModules.CreateAsync(backends);
        var producer = await modules.AddProducerAsync();
        await modules.AddConsumerAsync();
        await PublishAsync(Messages / 5);
        await modules.HasRowsAsync(Messages / 5);

        var watch = Stopwatch.StartNew();
        await PublishAsync(Messages);
        await modules.HasRowsAsync(Messages + (Messages / 5));
        output.WriteLine($"{Messages / watch.Elapsed.TotalSeconds:0} messages/s");

        Task PublishAsync(int count) => Parallel.ForEachAsync(
            ItemChanged.ForItems(count).Chunk(PerTransaction),
            new ParallelOptions { MaxDegreeOfParallelism = 2 },
            async (messages, _) => await TestModules.PublishAsync(producer, messages));
    }
}
