using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Shop.Data;
using Shop.ServiceDefaults;
using StackExchange.Redis;

namespace Shop.Messaging;

/// <summary>
/// Consumes one stream for one module: reads new entries, takes over those of members that are gone, hands them to the
/// workers, and acknowledges after their commit. An entry that isn't acknowledged is delivered again, here or elsewhere.
/// </summary>
internal sealed partial class EventConsumer<TDb> : BackgroundService
    where TDb : DbContext
{
    // The net for wake-ups that got lost.
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LastAcknowledgements = TimeSpan.FromSeconds(3);

    private readonly string _stream;
    private readonly MessagingModule<TDb> _module;
    private readonly RedisStreams _redis;
    private readonly DatabaseReadiness<TDb> _readiness;
    private readonly MessagingTelemetry _telemetry;
    private readonly TimeProvider _clock;
    private readonly IHostApplicationLifetime _lifetime;
    private readonly ILogger<EventConsumer<TDb>> _log;
    private readonly MessageHandler<TDb> _handler;
    private readonly StreamGroup _group;
    private readonly SubjectLanes _lanes;
    private readonly Acknowledgements _acknowledgements;
    private readonly Outage _outage;
    private readonly SemaphoreSlim _wake = new(0);
    private int _woken;
    private bool _full;

    public EventConsumer(
        string stream,
        MessagingModule<TDb> module,
        RedisStreams redis,
        DatabaseReadiness<TDb> readiness,
        MessagingTelemetry telemetry,
        TimeProvider clock,
        IHostApplicationLifetime lifetime,
        IServiceProvider services,
        ILogger<EventConsumer<TDb>> log)
    {
        (_stream, _module, _redis, _readiness) = (stream, module, redis, readiness);
        (_telemetry, _clock, _lifetime, _log) = (telemetry, clock, lifetime, log);
        _handler = ActivatorUtilities.CreateInstance<MessageHandler<TDb>>(services, stream);
        _group = new(redis, stream, module.Name);
        _lanes = new(clock);
        _acknowledgements = new(_group, _lanes, () =>
        {
            if (Volatile.Read(ref _full) && HasRoom)
                Wake();
        });
        _outage = new($"Reading of {stream} by {module.Name}", threshold: 1, log);
    }

    // For a whole batch: reading one entry for each that is done would cost a round trip per message.
    private bool HasRoom => _lanes.Held <= _module.Options.MaxHeld - _module.Options.ReadBatch;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // From the first sign of the end, not when this one's turn to stop has come: all consumers finish side by side.
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken, _lifetime.ApplicationStopping);
        using var patience = new CancellationTokenSource();
        using var connection = new CancellationTokenSource();
        await _readiness.Migrated.WaitAsync(stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

        var acknowledging = _acknowledgements.SendAsync(connection.Token);
        var workers = Enumerable.Range(0, _module.Options.Parallelism).Select(_ => WorkAsync(stop.Token, patience.Token)).ToArray();
        var membership = Task.WhenAll(
            RepeatAsync(_group.BeatAsync, StreamGroup.Heartbeat, stop.Token),
            RepeatAsync(TakeOverAsync, StreamGroup.Heartbeat * 1.5, stop.Token),
            RepeatAsync(CareForHeldAsync, _module.Options.MinIdle / 4, stop.Token));
        await ReadAsync(stop.Token);

        _lanes.Close();
        patience.CancelAfter(_module.Options.ShutdownTimeout);
        await Task.WhenAll([membership, .. workers]);
        _acknowledgements.Close();
        connection.CancelAfter(LastAcknowledgements);
        await acknowledging.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await LeaveAsync();
    }

    public override void Dispose()
    {
        base.Dispose();
        _wake.Dispose();
    }

    private async Task ReadAsync(CancellationToken stop)
    {
        var listening = false;
        for (var failures = 0; !stop.IsCancellationRequested;)
        {
            try
            {
                if (!listening)
                {
                    await _group.BeatAsync();
                    await _redis.ListenAsync(_stream, Heard);
                    listening = true;
                }

                Volatile.Write(ref _woken, 0);
                var more = await ReadOnceAsync();
                _outage.Succeeded();
                failures = 0;
                if (!more)
                    await ((Task)_wake.WaitAsync(Poll, stop)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
#pragma warning disable CA1031 // Whatever goes wrong with Redis, reading goes on as soon as it can.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                _outage.Failed(exception);
                await Task.Delay(Backoff.WithJitter(failures++), stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task<bool> ReadOnceAsync()
    {
        Volatile.Write(ref _full, !HasRoom);
        // What can't be handled now is better off with another replica.
        if (!HasRoom || _handler.Outage.Ongoing)
            return false;

        try
        {
            var entries = await _group.ReadAsync(_module.Options.ReadBatch);
            Accept(entries);
            return entries.Length == _module.Options.ReadBatch;
        }
        catch (RedisServerException exception) when (RedisStreams.IsMissing(exception))
        {
            await _group.CreateAsync();
            LogGroupCreated(_stream, _module.Name);
            return true;
        }
    }

    private void Accept(IReadOnlyCollection<StreamEntry> entries)
    {
        foreach (var entry in entries)
        {
            var delivery = Delivery.Of(_stream, StreamId.Parse(entry.Id.ToString()), (byte[]?)entry[Envelope.Field]);
            if (_handler.Concerns(delivery))
                _lanes.Add(delivery);
            else
                _acknowledgements.Add(delivery);
        }
    }

    private async Task WorkAsync(CancellationToken stop, CancellationToken patience)
    {
        while (await _lanes.TakeAsync(_handler.Most) is { Length: > 0 } deliveries)
        {
            try
            {
                var (settled, pause) = await _handler.HandleAsync(deliveries, patience);
                foreach (var delivery in deliveries.AsSpan(0, settled))
                {
                    _acknowledgements.Add(delivery);
                    _lanes.Settle(delivery);
                }

                foreach (var delivery in deliveries.AsSpan(settled))
                    _ = _lanes.RetryAsync(delivery, pause);

                if (pause > TimeSpan.Zero && _handler.Outage.Ongoing)
                    await Task.Delay(pause, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (OperationCanceledException) when (patience.IsCancellationRequested)
            {
                return;
            }
        }
    }

    private async Task RepeatAsync(Func<Task> work, TimeSpan interval, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await work();
            }
#pragma warning disable CA1031 // The reader tells the log when Redis is away, and makes the group when it is missing.
            catch (Exception)
#pragma warning restore CA1031
            {
                // Once more after the interval.
            }

            await Task.Delay(interval, _clock, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task CareForHeldAsync()
    {
        var held = _lanes.HeldEntries();
        if (held.Length > 0)
            await _group.RefreshAsync([.. held.Select(entry => (RedisValue)entry.ToString())]);

        if (await _group.LagAsync() is { } lag)
            _telemetry.Lag(_stream, _module.Name, lag);
    }

    private async Task TakeOverAsync()
    {
        var room = _module.Options.MaxHeld - _lanes.Held;
        if (room <= 0 || _handler.Outage.Ongoing)
            return;

        var orphans = await _group.ClaimOrphansAsync(room, _lanes.IsHeld);
        Accept(orphans);
        var (idle, lost) = await _group.ClaimIdleAsync(_module.Options.MinIdle, room - orphans.Count, _lanes.IsHeld);
        Accept(idle);
        if (orphans.Count + idle.Count > 0)
            LogClaimed(orphans.Count + idle.Count, _stream, _module.Name);

        if (lost > 0)
        {
            _telemetry.Lost(_stream, _module.Name, lost);
            LogLost(lost, _stream, _module.Name);
        }
    }

    private async Task LeaveAsync()
    {
        try
        {
            await _redis.StopListeningAsync(_stream, Heard);
            await _group.LeaveAsync();
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException or ObjectDisposedException)
        {
            // Gone is gone: the others notice that the heartbeat has ended.
        }
    }

    private void Heard(RedisChannel channel, RedisValue message) => Wake();

    private void Wake()
    {
        if (Interlocked.Exchange(ref _woken, 1) == 0)
            _wake.Release();
    }

    [LoggerMessage(31, LogLevel.Information, "Created the group {Group} of {Stream}")]
    private partial void LogGroupCreated(string stream, string group);

    [LoggerMessage(32, LogLevel.Information, "Took over {Count} entries of {Stream} for {Group} from members that are gone or silent")]
    private partial void LogClaimed(int count, string stream, string group);

    [LoggerMessage(33, LogLevel.Error, "{Count} entries of {Stream} were removed before {Group} had handled them")]
    private partial void LogLost(int count, string stream, string group);
}
