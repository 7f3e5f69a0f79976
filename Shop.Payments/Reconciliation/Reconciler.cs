using System.Diagnostics;
using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Shop.Data;
using Shop.Payments.Bank;

namespace Shop.Payments.Reconciliation;

/// <summary>
/// Compares every charge and refund that we know of with the bank's own record, key by key, and every payment with the
/// ledger. Both sides are read in pages and change meanwhile, so a record that differs is read here once more: the
/// difference counts only if our record has not changed, because nothing happens at the bank that is not stored here
/// first. Reports differences, never repairs them.
/// </summary>
internal sealed partial class Reconciler(
    PaymentsDb db, BankClient bank, PaymentsMetrics metrics, IOptions<ReconciliationOptions> options,
    ILogger<Reconciler> log)
{
    /// <summary>Records read at once, of either side.</summary>
    private const int Page = 500;
    private const string OneAtATime = "payments.reconciliations";
    private static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    /// <summary>A bank that does not answer is not asked for everything again at once.</summary>
    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromMinutes(1);

    /// <summary>Runs now, or waits for the run of another replica that is under way.</summary>
    /// <exception cref="BankAwayException">The bank did not answer; the run is stored as failed.</exception>
    public async Task<ReconciliationRun> RunAsync(Guid askedBy, CancellationToken cancel)
    {
        while (true)
        {
            await using (var held = await TryBeginAsync(cancel))
            {
                if (held is not null)
                    return await CarryOutAsync(await StartAsync(askedBy, cancel), cancel);
            }

            var others = await db.Reconciliations.AsNoTracking().Include(run => run.Differences)
                .OrderByDescending(run => run.Id).FirstOrDefaultAsync(cancel);
            while (others is { Status: RunStatus.Running } && !await IsFreeAsync(cancel))
            {
                await Task.Delay(PollInterval, cancel);
                others = await db.Reconciliations.AsNoTracking().Include(run => run.Differences)
                    .SingleOrDefaultAsync(run => run.Id == others.Id, cancel);
            }

            // A run without a worker died with its replica: then it is our turn.
            if (others is { Status: not RunStatus.Running })
                return others;
        }
    }

    /// <summary>
    /// Runs if the last scheduled run is long enough ago and none is under way, here or at another replica.
    /// </summary>
    /// <exception cref="BankAwayException">The bank did not answer; the run is stored as failed.</exception>
    public async Task RunIfDueAsync(CancellationToken cancel)
    {
        await using var held = await TryBeginAsync(cancel);
        if (held is not null && await IsDueAsync(cancel))
            await CarryOutAsync(await StartAsync(askedBy: null, cancel), cancel);
    }

    /// <summary>
    /// Takes the lock, on the one connection that a run needs; so it ends with this process at the latest.
    /// </summary>
    private Task<IAsyncDisposable?> TryBeginAsync(CancellationToken cancel) =>
        db.Database.TryLockAsync(OneAtATime, cancel);

    private async Task<bool> IsFreeAsync(CancellationToken cancel)
    {
        await using var held = await TryBeginAsync(cancel);
        return held is not null;
    }

    private async Task<ReconciliationRun> StartAsync(Guid? askedBy, CancellationToken cancel)
    {
        var run = ReconciliationRun.Start(await db.NowAsync(cancel), askedBy);
        db.Add(run);
        await db.SaveChangesAsync(cancel);
        return run;
    }

    private async Task<bool> IsDueAsync(CancellationToken cancel)
    {
        var now = await db.NowAsync(cancel);
        var (last, lastFailed) = (now - options.Value.Interval, now - PauseAfterFailure);
        var oldest = now - options.Value.Retention;
        if (await db.Reconciliations.AnyAsync(
            run => run.AskedBy == null && run.StartedAt > last
                && (run.Status != RunStatus.Failed || run.StartedAt > lastFailed),
            cancel))
        {
            return false;
        }

        await db.Reconciliations.Where(run => run.StartedAt < oldest).ExecuteDeleteAsync(cancel);
        return true;
    }

    private async Task<ReconciliationRun> CarryOutAsync(ReconciliationRun run, CancellationToken cancel)
    {
        // Keys are version 7 ids of ours and sort by time: from this one on they are too new to compare.
        var tooNew = Guid.CreateVersion7(run.StartedAt - options.Value.Grace);
        try
        {
            await CompareAsync(
                run,
                RecordKind.Charge,
                tooNew,
                ChargesAsync(run, cancel),
                BankAsync((bank, after, stop) => bank.ListChargesAsync(after, Page, stop), cancel),
                cancel);
            await CompareAsync(
                run,
                RecordKind.Refund,
                tooNew,
                RefundsAsync(cancel),
                BankAsync((bank, after, stop) => bank.ListRefundsAsync(after, Page, stop), cancel),
                cancel);
            run.End(RunStatus.Completed, await db.NowAsync(cancel));
        }
        catch (Exception exception) when (exception is BankAwayException or OperationCanceledException)
        {
            run.End(RunStatus.Failed, await db.NowAsync(CancellationToken.None));
            await db.SaveChangesAsync(CancellationToken.None);
            throw;
        }

        await db.SaveChangesAsync(cancel);
        metrics.Reconciled(run);
        if (run.Found > 0)
            LogDifferences(run.Id, run.Found, run.Compared);
        else
            LogNone(run.Id, run.Compared);

        return run;
    }

    private async Task CompareAsync(
        ReconciliationRun run, RecordKind kind, Guid tooNew, IAsyncEnumerable<OurRecord> ours,
        IAsyncEnumerable<BankRecord> theirs, CancellationToken cancel)
    {
        await foreach (var (mine, other) in Comparison.PairByKey(ours, theirs).WithCancellation(cancel))
        {
            if (mine is not null && mine.Key.CompareTo(tooNew) >= 0)
                continue;

            run.Count(underWay: mine is { IsSettled: false } || other is { Status: BankRecordStatus.Pending });
            if (Comparison.Compare(mine, other) is not { } difference)
                continue;

            var key = mine?.Key ?? other!.Key;
            if (await FindAsync(kind, key, cancel) == mine)
                run.Add(Difference.Of(kind, difference, key, mine?.OrderId, Side.Of(mine), Side.Of(other)));
        }
    }

    private async IAsyncEnumerable<OurRecord> ChargesAsync(
        ReconciliationRun run, [EnumeratorCancellation] CancellationToken cancel)
    {
        var after = Guid.Empty;
        while (true)
        {
            var begun = Stopwatch.GetTimestamp();
            // One statement, so that payment and ledger are seen at the same moment.
            var page = await db.Payments.AsNoTracking()
                .Where(payment => payment.Id > after)
                .OrderBy(payment => payment.Id)
                .Take(Page)
                .Select(payment => new
                {
                    payment.Id,
                    payment.OrderId,
                    payment.State,
                    Booked = db.Ledger.Where(booking => booking.PaymentId == payment.Id)
                        .SelectMany(booking => booking.Entries)
                        .Where(entry => entry.Account == LedgerAccount.Bank)
                        .Sum(entry => (long?)entry.Amount) ?? 0,
                })
                .ToListAsync(cancel);
            foreach (var row in page)
            {
                var state = row.State;
                var due = state.Captured - state.Refunded;
                if (row.Booked != due)
                {
                    run.Add(Difference.Of(
                        RecordKind.Ledger, DifferenceKind.Ledger, row.Id, row.OrderId,
                        new(state.Status.ToString(), due, state.Currency), new("Booked", row.Booked, state.Currency)));
                }

                yield return OurRecord.Of(row.Id, row.OrderId, state);
            }

            if (page.Count < Page)
                yield break;

            after = page[^1].Id;
            await PauseAsync(begun, cancel);
        }
    }

    private async IAsyncEnumerable<OurRecord> RefundsAsync([EnumeratorCancellation] CancellationToken cancel)
    {
        var after = Guid.Empty;
        while (true)
        {
            var begun = Stopwatch.GetTimestamp();
            var page = await WithOrders(db.Refunds.Where(refund => refund.Id > after)).Take(Page).ToListAsync(cancel);
            foreach (var row in page)
                yield return OurRecord.Of(row.Refund, row.OrderId);

            if (page.Count < Page)
                yield break;

            after = page[^1].Refund.Id;
            await PauseAsync(begun, cancel);
        }
    }

    private async IAsyncEnumerable<BankRecord> BankAsync(
        Func<PaymentProvider, Guid, CancellationToken, Task<IReadOnlyList<BankRecord>>> list,
        [EnumeratorCancellation] CancellationToken cancel)
    {
        var after = Guid.Empty;
        while (true)
        {
            var begun = Stopwatch.GetTimestamp();
            var page = await bank.ReadAsync((provider, stop) => list(provider, after, stop), cancel);
            foreach (var record in page)
                yield return record;

            if (page.Count < Page)
                yield break;

            after = page[^1].Key;
            await PauseAsync(begun, cancel);
        }
    }

    // As long as the page took, so that at least half of the time the bank and the database are free for payments.
    private static Task PauseAsync(long begun, CancellationToken cancel)
    {
        var took = Stopwatch.GetElapsedTime(begun);
        return Task.Delay(took < LongestPause ? took : LongestPause, cancel);
    }

    private async Task<OurRecord?> FindAsync(RecordKind kind, Guid key, CancellationToken cancel)
    {
        if (kind == RecordKind.Refund)
        {
            var found = WithOrders(db.Refunds.Where(refund => refund.Id == key));
            return await found.SingleOrDefaultAsync(cancel) is { } row ? OurRecord.Of(row.Refund, row.OrderId) : null;
        }

        var payment = await db.Payments.AsNoTracking().SingleOrDefaultAsync(payment => payment.Id == key, cancel);
        return payment is null ? null : OurRecord.Of(payment.Id, payment.OrderId, payment.State);
    }

    private IQueryable<RefundOfOrder> WithOrders(IQueryable<Refund> refunds) =>
        from refund in refunds.AsNoTracking()
        join payment in db.Payments on refund.PaymentId equals payment.Id
        orderby refund.Id
        select new RefundOfOrder { Refund = refund, OrderId = payment.OrderId };

    [LoggerMessage(
        20, LogLevel.Warning, "Reconciliation {RunId} found {Differences} differences in {Compared} records")]
    private partial void LogDifferences(Guid runId, long differences, long compared);

    [LoggerMessage(21, LogLevel.Information, "Reconciliation {RunId} found no difference in {Compared} records")]
    private partial void LogNone(Guid runId, long compared);

    private sealed class RefundOfOrder
    {
        public required Refund Refund { get; init; }
        public required Guid OrderId { get; init; }
    }
}
