using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Shop.ServiceDefaults;
using StackExchange.Redis;

namespace Shop.Messaging;

/// <summary>
/// Learns of every new event of a stream, in each replica. What it learns is a hint: nothing is recorded, delivered
/// again or retried, so an observer looks up in its database what is true, and must not have effects of its own.
/// </summary>
public interface IStreamObserver
{
    /// <summary>There is a new event. Returns quickly, since the next one waits for it.</summary>
    /// <param name="type">The type of the event: <c>shop.orders.order-placed.v1</c>.</param>
    /// <param name="subject">What it is about.</param>
    /// <param name="data">Its members, valid only during the call.</param>
    void OnEvent(string type, Guid subject, JsonElement data);

    /// <summary>Events may have been missed: at the start, and as long as Redis is away.</summary>
    void OnGap();
}

/// <summary>Registers observers of streams.</summary>
public static class StreamObservers
{
    /// <summary>
    /// Shows <typeparamref name="TObserver"/>, a singleton, what the service <paramref name="service"/> publishes. The
    /// host must have messaging (<see cref="Messaging.AddMessaging{TDb}"/>).
    /// </summary>
    /// <typeparam name="TObserver">Is registered by the caller.</typeparam>
    /// <param name="builder">The host.</param>
    /// <param name="service">The publishing service, in lower case.</param>
    public static IHostApplicationBuilder AddStreamObserver<TObserver>(
        this IHostApplicationBuilder builder, string service)
        where TObserver : class, IStreamObserver
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddSingleton<IHostedService>(services =>
            ActivatorUtilities.CreateInstance<StreamFollower<TObserver>>(services, RedisStreams.NameOf(service)));
        return builder;
    }
}

/// <summary>
/// Reads a stream from its end without a consumer group, so that every replica sees every entry. Where it stands is
/// kept nowhere: after a failure it begins at the new end and reports a gap. A stream of this process is in memory;
/// while another process carries it, every poll is a gap.
/// </summary>
internal sealed class StreamFollower<TObserver>(
    string stream,
    LocalStreams local,
    TObserver observer,
    ILogger<StreamFollower<TObserver>> log,
    RedisStreams? redis = null)
    : BackgroundWorker($"Following {stream}", Poll, Task.CompletedTask, log)
    where TObserver : class, IStreamObserver
{
    // Finds what a lost announcement has told of.
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(1);
    private const int Batch = 200;

    private readonly LocalStream? _here = local.Find(stream);
    private RedisValue _last = RedisValue.Null;
    private bool _subscribed;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        _here?.Appended += OnAppended;
        try
        {
            await base.ExecuteAsync(stoppingToken);
        }
        finally
        {
            _here?.Appended -= OnAppended;
        }
    }

    protected override async Task<bool> WorkAsync(CancellationToken cancel)
    {
        if (_here is null)
            return await ReadAsync(redis ?? throw new InvalidOperationException($"{stream} is not in this process."));

        if (_here.Marker is null)
            observer.OnGap();

        return false;
    }

    private async Task<bool> ReadAsync(RedisStreams streams)
    {
        try
        {
            var database = await streams.ConnectAsync();
            if (!_subscribed)
                await streams.SubscribeAsync(stream, OnAnnounced);

            _subscribed = true;
            if (_last.IsNull)
            {
                var newest = await database.StreamRangeAsync(stream, count: 1, messageOrder: Order.Descending);
                _last = newest is [var entry] ? entry.Id : "0-0";
                observer.OnGap();
            }

            var entries = await database.StreamReadAsync(stream, _last, Batch);
            foreach (var entry in entries)
            {
                Show((byte[]?)entry[Envelope.Field]);
                _last = entry.Id;
            }

            return entries.Length == Batch;
        }
        catch
        {
            _last = RedisValue.Null;
            observer.OnGap();
            throw;
        }
    }

    private void Show(byte[]? content)
    {
        // What can't be read is for the consumers to complain about.
        if (Envelope.Read(content) is ({ } envelope, _) && Guid.TryParse(envelope.Subject, out var subject))
            observer.OnEvent(envelope.Type, subject, envelope.Data);
    }

    private void OnAppended(IReadOnlyList<StoredEvent> events)
    {
        foreach (var message in events)
            Show(Encoding.UTF8.GetBytes(message.Content));
    }

    private void OnAnnounced(RedisChannel channel, RedisValue message) => Wake();
}
