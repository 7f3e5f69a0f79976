using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace Shop.Messaging;

/// <summary>
/// Puts events back into the outbox that Redis may have lost, or that a new subscriber has missed. Three signs tell of
/// it: the marker is gone (Redis was emptied, or a group was made anew, since whoever makes a group removes the
/// marker), Redis was restarted, or there is a group that we don't know. What is sent twice the inbox dismisses. A
/// stream in memory has a marker, too, which ends with its process.
/// </summary>
internal sealed partial class LossDetection<TDb>(
    MessagingModule<TDb> module,
    EventStreams streams,
    MessagingTelemetry telemetry,
    TimeProvider clock,
    ILogger<LossDetection<TDb>> log)
    where TDb : DbContext
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);
    private long _checked;

    /// <summary>Checks once in <see cref="Interval"/>, at most.</summary>
    public async Task CheckAsync(TDb db, CancellationToken cancel)
    {
        if (_checked != 0 && clock.GetElapsedTime(_checked) < Interval && !streams.IsIncomplete(module.Stream))
            return;

        // The groups first: if the epoch is the same afterwards, it was when they were read.
        var groups = await streams.RecordedAsync(module.Stream);
        var identity = await streams.IdentifyAsync(module.Stream);
        var state = await ReadAsync(db, cancel);
        if (state.Identity != identity || !state.Subscribers.IsSupersetOf(groups.Keys))
        {
            await StartEpochAsync(db, groups.Keys, cancel);
        }
        else if (groups.Count > 0 && groups.Count == state.Subscribers.Count && groups.Values.Min() > state.Recorded)
        {
            // Only when no group is missing in Redis, because it is unknown how far a missing one has got.
            var recorded = groups.Values.Min();
            await db.Set<StreamState>()
                .Where(row => row.Epoch == state.Epoch && row.Recorded < recorded)
                .ExecuteUpdateAsync(row => row.SetProperty(one => one.Recorded, recorded), cancel);
        }

        _checked = clock.GetTimestamp();
    }

    private async Task StartEpochAsync(TDb db, IEnumerable<string> groups, CancellationToken cancel)
    {
        var tables = module.TablesOf(db);
        await using var transaction = await db.Database.BeginTransactionAsync(cancel);
        // From here to the commit no relay can finish sending, and another replica that has seen the same waits.
        var lockState = $"SELECT FROM {tables.Stream} FOR UPDATE";
        await db.Database.ExecuteSqlRawAsync(lockState, cancel);
        var state = await ReadAsync(db, cancel);
        var identity = await streams.IdentifyAsync(module.Stream);
        var newcomers = groups.Except(state.Subscribers).ToArray();
        if (state.Identity == identity && newcomers is [])
            return;

        var count = newcomers is []
            ? await RequeueAsync("WHERE epoch = {0} AND entry > {1}", state.Epoch, state.Recorded)
            : await RequeueAsync("");
        // The marker before the commit: what is sent in the new epoch is sent after both.
        var marker = Guid.CreateVersion7();
        await streams.MarkAsync(module.Stream, marker);
        db.AddRange(newcomers.Select(name => new Subscriber { Name = name, SeenAt = clock.GetUtcNow() }));
        await db.SaveChangesAsync(cancel);
        await db.Set<StreamState>().ExecuteUpdateAsync(
            row => row
                .SetProperty(one => one.Epoch, one => one.Epoch + 1)
                .SetProperty(one => one.Marker, marker)
                .SetProperty(one => one.Server, identity.Server)
                .SetProperty(one => one.Recorded, 0),
            cancel);
        await transaction.CommitAsync(cancel);

        telemetry.Resent(module.Stream, count);
        if (newcomers is not [])
            LogNewcomers(module.Stream, string.Join(", ", newcomers), count);
        else if (count > 0)
            LogLoss(module.Stream, count);

        Task<int> RequeueAsync(string condition, params object[] values)
        {
            var requeue =
                $"""
                WITH lost AS (DELETE FROM {tables.Sent} {condition} RETURNING *)
                INSERT INTO {tables.Outbox} (id, type, subject, content, trace_parent, at)
                SELECT id, type, subject, content, trace_parent, at FROM lost
                """;
            return db.Database.ExecuteSqlRawAsync(requeue, values, cancel);
        }
    }

    private static async Task<State> ReadAsync(TDb db, CancellationToken cancel)
    {
        // One statement: with the subscribers of a later epoch nothing is noted in the earlier one.
        var row = await db.Set<StreamState>().AsNoTracking()
            .Select(state => new
            {
                State = state,
                Subscribers = db.Set<Subscriber>().Select(subscriber => subscriber.Name).ToList(),
            })
            .SingleAsync(cancel);
        var (state, identity) = (row.State, new StreamIdentity(row.State.Marker, row.State.Server));
        return new(state.Epoch, identity, state.Recorded, [.. row.Subscribers]);
    }

    [LoggerMessage(51, LogLevel.Warning,
        "Redis may have lost some of {Stream}: {Count} events that not every subscriber has recorded are sent again")]
    private partial void LogLoss(string stream, int count);

    [LoggerMessage(52, LogLevel.Information,
        "{Stream} has the new subscribers {Groups}: {Count} events are sent again")]
    private partial void LogNewcomers(string stream, string groups, int count);

    private sealed record State(int Epoch, StreamIdentity Identity, long Recorded, HashSet<string> Subscribers);
}
