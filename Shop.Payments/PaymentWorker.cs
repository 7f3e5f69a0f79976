using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Shop.Data;
using Shop.Payments.Bank;
using Shop.ServiceDefaults;

namespace Shop.Payments;

/// <summary>
/// Calls the bank for payments that are due. When a worker dies during a charge, the next one first asks the bank what
/// became of it. Answers are stored as they come, so that a call that hangs holds up no other: those that come while
/// others are being stored are stored together after them.
/// </summary>
internal sealed partial class PaymentWorker(
    IServiceScopeFactory scopes,
    BankClient bank,
    DatabaseReadiness<PaymentsDb> payments,
    DatabaseReadiness<BankDb> simulatedBank,
    PaymentsMetrics metrics,
    IOptions<PaymentWorkerOptions> options,
    ILogger<PaymentWorker> log)
    : LeasedWorker<PaymentsDb, Payment, BankCall>(
        scopes, "Asking the bank", options.Value.Interval, options.Value.Lease,
        Task.WhenAll(payments.Migrated, simulatedBank.Migrated), log)
{
    private readonly SemaphoreSlim _slots = new(options.Value.Parallel);
    private readonly ConcurrentQueue<Answered> _answers = new();
    private readonly SemaphoreSlim _turn = new(1);

    protected override async Task<bool> WorkAsync(CancellationToken cancel)
    {
        // Nothing is leased while the bank is away: the leases would only run out.
        if (bank.IsAway)
            return false;

        await _slots.WaitAsync(cancel);
        var free = 1;
        while (_slots.Wait(0, CancellationToken.None))
            free++;

        IReadOnlyList<BankCall> calls = [];
        try
        {
            calls = await LeaseDueAsync(free, cancel);
        }
        finally
        {
            if (free > calls.Count)
                _slots.Release(free - calls.Count);
        }

        foreach (var call in calls)
            _ = CarryOutAsync(call);

        return calls.Count == free;
    }

    protected override async Task<IReadOnlyList<BankCall>> PrepareAsync(
        PaymentsDb db, IReadOnlyList<Payment> due, DateTimeOffset now, CancellationToken cancel)
    {
        var refunds = await db.NextRefundsAsync(due, cancel);
        // Before the decision, which stores what a successor would have to call instead.
        BankCall[] calls = [.. due.Select(payment => BankCall.Of(payment, refunds.GetValueOrDefault(payment.Id)))];
        foreach (var payment in due)
            PaymentProcessHandlers.Advance(db, payment, new LeaseAcquired(), now);

        return calls;
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        // Waits for the calls under way. An answer that comes too late is found by its key after the next start.
        for (var slot = 0; slot < options.Value.Parallel && !cancellationToken.IsCancellationRequested; slot++)
            await _slots.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public override void Dispose()
    {
        base.Dispose();
        _slots.Dispose();
        _turn.Dispose();
    }

    private async Task CarryOutAsync(BankCall call)
    {
        try
        {
            using var activity = metrics.StartCall(call.Operation, call.TraceParent);
            var answer = await bank.CallAsync(call);
            activity?.SetTag("shop.bank.answer", answer.GetType().Name);
            await StoreInTurnAsync(new(call, answer, activity));
        }
        finally
        {
            _slots.Release();
            Wake();
        }
    }

    // Whoever has the turn stores all that wait, and the others find nothing left.
    private async Task StoreInTurnAsync(Answered answered)
    {
        _answers.Enqueue(answered);
        await _turn.WaitAsync();
        try
        {
            List<Answered> waiting = [];
            while (_answers.TryDequeue(out var next))
                waiting.Add(next);

            if (waiting is not [])
                await TryStoreAsync(waiting);
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task TryStoreAsync(List<Answered> answers)
    {
        try
        {
            await StoreAsync(answers);
        }
#pragma warning disable CA1031 // Whatever went wrong, the payment is due again after the lease.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            // One of them fails, and the others must not wait for it. Without a database all of them would.
            if (answers is [_, _, ..] && !DatabaseErrors.IsUnavailability(exception))
            {
                foreach (var one in answers)
                    await TryStoreAsync([one]);

                return;
            }

            foreach (var (call, _, _) in answers)
                LogNotStored(exception, call.OrderId, call.Operation);
        }
    }

    private async Task StoreAsync(List<Answered> answers)
    {
        // A call whose lease ran out may answer together with the one that followed it.
        var byPayment = answers.ToLookup(answered => answered.Call.PaymentId);
        Dictionary<Guid, PaymentStatus> before = [];
        var stored = await StoreAsync([.. byPayment.Select(payment => payment.Key)], async (db, payment, now) =>
        {
            before[payment.Id] = payment.State.Status;
            foreach (var (call, answer, ownSpan) in byPayment[payment.Id])
            {
                // What follows from an answer continues the trace of its own order; only in here.
                Activity.Current = ownSpan;
                var refund = call.RefundId is { } id ? await db.Refunds.SingleAsync(refund => refund.Id == id) : null;
                // A repeated answer about a confirmed refund must not be taken for an answer about the next one.
                if (refund is not { Status: RefundStatus.Refunded })
                    PaymentProcessHandlers.Advance(db, payment, answer, now, refund);
            }
        });
        foreach (var payment in stored.Where(payment => payment.State.Status != before[payment.Id]))
        {
            metrics.Became(payment.State.Status);
            LogBecame(payment.OrderId, payment.State.Status, payment.State.Attempts);
        }
    }

    private sealed record Answered(BankCall Call, PaymentInput Answer, Activity? Span);

    [LoggerMessage(1, LogLevel.Information, "The payment of order {OrderId} became {Status} after {Attempts} attempts")]
    private partial void LogBecame(Guid orderId, PaymentStatus status, int attempts);

    [LoggerMessage(
        2, LogLevel.Debug,
        "The bank's answer for order {OrderId} to {Ask} could not be stored and will be asked for again")]
    private partial void LogNotStored(Exception exception, Guid orderId, BankOperation ask);
}
