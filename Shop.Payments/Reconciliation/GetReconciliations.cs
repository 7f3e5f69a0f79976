using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Shop.ServiceDefaults;

namespace Shop.Payments.Reconciliation;

/// <param name="Id">Of the run.</param>
/// <param name="Status">Only a completed run says anything about the records.</param>
/// <param name="StartedAt">By the database's clock.</param>
/// <param name="FinishedAt">Null while it runs.</param>
/// <param name="AskedBy">The operator; null when it was scheduled.</param>
/// <param name="Compared">Charges and refunds that we or the bank have.</param>
/// <param name="UnderWay">Those of them that are under way and could not be compared.</param>
/// <param name="Found">All differences.</param>
/// <param name="Differences">The first thousand of them.</param>
internal sealed record Report(
    Guid Id, RunStatus Status, DateTimeOffset StartedAt, DateTimeOffset? FinishedAt, Guid? AskedBy,
    long Compared, long UnderWay, long Found, IReadOnlyList<Report.Item> Differences)
{
    /// <param name="OrderId">Null when we don't know what the bank charged or refunded for.</param>
    /// <param name="Record">What differs.</param>
    /// <param name="Kind">How it differs.</param>
    /// <param name="BankKey">The key by which the bank knows it.</param>
    /// <param name="Ours">Null when there is nothing here.</param>
    /// <param name="Theirs">Null when the bank knows nothing of it.</param>
    public sealed record Item(
        Guid? OrderId, RecordKind Record, DifferenceKind Kind, Guid BankKey, Entry? Ours, Entry? Theirs);

    public sealed record Entry(string Status, Money Amount);

    public static Report Of(ReconciliationRun run) => new(
        run.Id, run.Status, run.StartedAt, run.FinishedAt, run.AskedBy, run.Compared, run.UnderWay, run.Found,
        [.. run.Differences.OrderBy(found => found.Record).ThenBy(found => found.BankKey).Select(found => new Item(
            found.OrderId, found.Record, found.Kind, found.BankKey, EntryOf(found.Ours), EntryOf(found.Theirs)))]);

    private static Entry? EntryOf(Side? side) =>
        side is null ? null : new(side.Status, new(side.Amount, side.Currency));
}

/// <summary>The stored reports, for operators.</summary>
internal static class GetReconciliations
{
    public sealed record Summary(
        Guid Id, RunStatus Status, DateTimeOffset StartedAt, DateTimeOffset? FinishedAt, Guid? AskedBy, long Compared,
        long UnderWay, long Found);

    /// <summary>The newest first.</summary>
    public static async Task<Ok<Page<Summary>>> List(PaymentsDb db, Guid? after, int? limit, CancellationToken cancel)
    {
        var size = Math.Clamp(limit ?? 20, 1, 100);
        var runs = await db.Reconciliations.AsNoTracking()
            .Where(run => after == null || run.Id < after)
            .OrderByDescending(run => run.Id)
            .Take(size)
            .Select(run => new Summary(
                run.Id, run.Status, run.StartedAt, run.FinishedAt, run.AskedBy, run.Compared, run.UnderWay, run.Found))
            .ToListAsync(cancel);
        return TypedResults.Ok(new Page<Summary>(runs, runs.Count == size ? runs[^1].Id.ToString() : null));
    }

    public static async Task<Results<Ok<Report>, ProblemHttpResult>> One(
        Guid id, PaymentsDb db, CancellationToken cancel)
    {
        var run = await db.Reconciliations.AsNoTracking()
            .Include(run => run.Differences)
            .SingleOrDefaultAsync(run => run.Id == id, cancel);
        return run is null ? Problem.NotFound("There is no such reconciliation.") : TypedResults.Ok(Report.Of(run));
    }
}
