using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Shop.Data;
using Shop.ServiceDefaults;
using StackExchange.Redis;

namespace Shop.Messaging;

/// <summary>
/// Consumes one stream for one module: reads new entries, takes over those of consumers that are gone, has them
/// handled, and acknowledges after the commit. What isn't acknowledged is delivered again, here or elsewhere.
/// </summary>
internal sealed partial class EventConsumer<TDb>(
    string stream,
    MessagingModule<TDb> module,
    Subscriptions<TDb> subscriptions,
    EventStreams streams,
    DatabaseReadiness<TDb> readiness,
    MessagingTelemetry telemetry,
    TimeProvider clock,
    IHostApplicationLifetime lifetime,
    IServiceProvider services,
    ILogger<EventConsumer<TDb>> log)
    : BackgroundWorker($"Reading {stream} for {module.Name}", Poll, readiness.Migrated, log)
    where TDb : DbContext
{
    // Finds what a lost wake-up has announced.
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(1);

    // Several times in the RedisGroup.MinIdle of the others, so that a late one does no harm.
    private static readonly TimeSpan MaintenanceInterval = TimeSpan.FromSeconds(1);

    private readonly MessageHandler<TDb> _handler =
        ActivatorUtilities.CreateInstance<MessageHandler<TDb>>(services, stream);
    private readonly IStreamGroup _group = streams.Join(stream, module.Name, subscriptions.Of(stream).Keys);
    private readonly KeyedQueue _queue = new(clock);
    private long _maintained;
    private bool _subscribed;
    private bool _full;

    // For a whole batch: reading one entry for each that is done would cost a round trip per message.
    private bool HasRoom => _queue.Held.Count <= module.Options.MaxHeld - module.Options.ReadBatch;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // The host stops its services one by one; with its first signal all consumers begin to finish.
        using var stop =
            CancellationTokenSource.CreateLinkedTokenSource(stoppingToken, lifetime.ApplicationStopping);
        using var abort = new CancellationTokenSource();
        var handling = Task.WhenAll(
            Enumerable.Range(0, module.Options.Parallelism).Select(_ => HandleAsync(stop.Token, abort.Token)));
        await base.ExecuteAsync(stop.Token);

        _queue.Close();
        abort.CancelAfter(module.Options.ShutdownTimeout);
        await handling;
        await LeaveAsync();
    }

    /// <summary>Reads one batch.</summary>
    protected override async Task<bool> WorkAsync(CancellationToken cancel)
    {
        if (!_subscribed)
            await _group.SubscribeAsync(Wake);

        _subscribed = true;
        try
        {
            await MaintainAsync();
            Volatile.Write(ref _full, !HasRoom);
            // While the database is away, another replica may have one that isn't.
            if (_full || _handler.Availability.IsAway)
                return false;

            var entries = await _group.ReadAsync(module.Options.ReadBatch);
            await AcceptAsync(entries);
            return entries.Count == module.Options.ReadBatch;
        }
        catch (RedisServerException exception) when (RedisStreams.IsMissing(exception))
        {
            await _group.CreateAsync();
            LogGroupCreated(stream, module.Name);
            return true;
        }
    }

    private async Task MaintainAsync()
    {
        if (_maintained != 0 && clock.GetElapsedTime(_maintained) < MaintenanceInterval)
            return;

        await _group.RefreshAsync(_queue.Held.Keys);
        if (await _group.LagAsync() is { } lag)
            telemetry.Lag(stream, module.Name, lag);

        var room = module.Options.MaxHeld - _queue.Held.Count;
        if (room > 0 && !_handler.Availability.IsAway)
        {
            var (claimed, lost) = await _group.ClaimAsync(room);
            if (claimed.Count > 0)
                LogClaimed(claimed.Count, stream, module.Name);

            if (lost > 0)
            {
                telemetry.Lost(stream, module.Name, lost);
                LogLost(lost, stream, module.Name);
            }

            await AcceptAsync(claimed);
        }

        _maintained = clock.GetTimestamp();
    }

    private async Task AcceptAsync(IReadOnlyCollection<Delivery> deliveries)
    {
        List<Delivery> ignored = [];
        foreach (var delivery in deliveries)
        {
            if (_queue.Holds(delivery))
                continue;

            if (_handler.Handles(delivery))
                _queue.Add(delivery);
            else
                ignored.Add(delivery);
        }

        await AcknowledgeAsync(ignored);
    }

    private async Task HandleAsync(CancellationToken stop, CancellationToken abort)
    {
        while (await _queue.TakeAsync(_handler.BatchSize) is { Length: > 0 } batch)
        {
            try
            {
                var (settled, pause) = await _handler.HandleAsync(batch, abort);
                foreach (var delivery in batch.AsSpan(0, settled))
                    _queue.Settle(delivery);

                foreach (var delivery in batch.AsSpan(settled))
                    _ = _queue.RetryAsync(delivery, pause);

                await AcknowledgeAsync(batch[..settled]);
                if (pause > TimeSpan.Zero && _handler.Availability.IsAway)
                    await Task.Delay(pause, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (OperationCanceledException) when (abort.IsCancellationRequested)
            {
                return;
            }
        }
    }

    private async Task AcknowledgeAsync(IReadOnlyCollection<Delivery> settled)
    {
        if (settled.Count == 0)
            return;

        try
        {
            await _group.AcknowledgeAsync(settled.Select(delivery => delivery.Entry));
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException or ObjectDisposedException)
        {
            // What is still pending is claimed and delivered again; the inbox makes that harmless.
        }

        foreach (var delivery in settled)
            _queue.Held.TryRemove(new(delivery.Entry, delivery));

        if (Volatile.Read(ref _full) && HasRoom)
            Wake();
    }

    private async Task LeaveAsync()
    {
        try
        {
            await _group.LeaveAsync(_queue.Held.Keys);
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException or ObjectDisposedException)
        {
            // The others notice that nobody refreshes the entries.
        }
    }

    [LoggerMessage(31, LogLevel.Information, "Created the group {Group} of {Stream}")]
    private partial void LogGroupCreated(string stream, string group);

    [LoggerMessage(32, LogLevel.Information, "Took over {Count} entries of {Stream} for {Group}")]
    private partial void LogClaimed(int count, string stream, string group);

    [LoggerMessage(33, LogLevel.Error, "{Count} entries of {Stream} were removed before {Group} had handled them")]
    private partial void LogLost(int count, string stream, string group);
}
