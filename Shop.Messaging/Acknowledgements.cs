using System.Threading.Channels;
using Shop.ServiceDefaults;
using StackExchange.Redis;

namespace Shop.Messaging;

/// <summary>
/// Acknowledges settled deliveries. What settles while one command is under way goes out with the next: batches grow with
/// the load, and no timer makes anyone wait.
/// </summary>
/// <param name="group">Where to acknowledge.</param>
/// <param name="lanes">Where the deliveries are held until then.</param>
/// <param name="acknowledged">Called after each batch: there is room again.</param>
internal sealed class Acknowledgements(StreamGroup group, SubjectLanes lanes, Action acknowledged)
{
    private const int MaxBatch = 500;
    private readonly Channel<Delivery> _settled = Channel.CreateUnbounded<Delivery>(new() { SingleReader = true });

    public void Add(Delivery delivery) => _settled.Writer.TryWrite(delivery);

    /// <summary>No more will come; the running <see cref="SendAsync"/> ends when all is acknowledged.</summary>
    public void Close() => _settled.Writer.TryComplete();

    public async Task SendAsync(CancellationToken cancel)
    {
        List<Delivery> batch = new(MaxBatch);
        while (await _settled.Reader.WaitToReadAsync(cancel))
        {
            batch.Clear();
            while (batch.Count < MaxBatch && _settled.Reader.TryRead(out var delivery))
                batch.Add(delivery);

            await AcknowledgeAsync([.. batch.Select(delivery => (RedisValue)delivery.Entry.ToString())], cancel);
            batch.ForEach(lanes.Release);
            acknowledged();
        }
    }

    // The reader tells the log that Redis is away; here it only takes as long as it takes.
    private async Task AcknowledgeAsync(RedisValue[] ids, CancellationToken cancel)
    {
        for (var failures = 0; ; failures++)
        {
            try
            {
                await group.AcknowledgeAsync(ids);
                return;
            }
            catch (RedisServerException exception) when (RedisStreams.IsMissing(exception))
            {
                // Redis came back empty: nothing is pending there any more.
                return;
            }
            catch (Exception exception) when (exception is RedisException or TimeoutException or ObjectDisposedException)
            {
                await Task.Delay(Backoff.WithJitter(failures), cancel);
            }
        }
    }
}
