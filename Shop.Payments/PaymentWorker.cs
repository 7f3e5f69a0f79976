using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Shop.Data;
using Shop.Messaging;
using Shop.Payments.Bank;

namespace Shop.Payments;

/// <summary>
/// Calls the bank for payments that are due. When a worker dies during a charge, the next one first asks the bank what
/// became of it. Each answer is stored by itself, so that a call that hangs holds up no other.
/// </summary>
internal sealed partial class PaymentWorker(
    IServiceScopeFactory scopes,
    BankClient bank,
    DatabaseReadiness<PaymentsDb> payments,
    DatabaseReadiness<BankDb> simulatedBank,
    PaymentsMetrics metrics,
    IOptions<PaymentWorkerOptions> options,
    Failpoints failpoints,
    ILogger<PaymentWorker> log)
    : LeasedWorker<PaymentsDb, Payment, BankCall>(
        scopes, "Asking the bank", options.Value.Interval, options.Value.Lease,
        Task.WhenAll(payments.Migrated, simulatedBank.Migrated), log)
{
    private readonly SemaphoreSlim _slots = new(options.Value.Parallel);

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
    }

    private async Task CarryOutAsync(BankCall call)
    {
        try
        {
            using var activity = metrics.StartCall(call.Operation, call.TraceParent);
            failpoints.Reached("payments.intended");
            var answer = await bank.CallAsync(call);
            failpoints.Reached("payments.charged");
            activity?.SetTag("shop.bank.answer", answer.GetType().Name);
            await StoreAsync(call, answer);
        }
#pragma warning disable CA1031 // Nobody awaits this. Whatever went wrong, the payment is due again after the lease.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            LogNotStored(exception, call.OrderId, call.Operation);
        }
        finally
        {
            _slots.Release();
            Wake();
        }
    }

    private async Task StoreAsync(BankCall call, PaymentInput answer)
    {
        PaymentStatus? before = null;
        var stored = await StoreAsync([call.PaymentId], async (db, payment, now) =>
        {
            before = payment.State.Status;
            var refund = call.RefundId is { } id ? await db.Refunds.SingleAsync(refund => refund.Id == id) : null;
            // A repeated answer about a confirmed refund must not be taken for an answer about the next one.
            if (refund is not { Status: RefundStatus.Refunded })
                PaymentProcessHandlers.Advance(db, payment, answer, now, refund);
        });
        var state = stored.Single().State;
        if (state.Status != before)
        {
            metrics.Became(state.Status);
            LogBecame(call.OrderId, state.Status, state.Attempts);
        }
    }

    [LoggerMessage(1, LogLevel.Information, "The payment of order {OrderId} became {Status} after {Attempts} attempts")]
    private partial void LogBecame(Guid orderId, PaymentStatus status, int attempts);

    [LoggerMessage(
        2, LogLevel.Debug,
        "The bank's answer for order {OrderId} to {Ask} could not be stored and will be asked for again")]
    private partial void LogNotStored(Exception exception, Guid orderId, BankOperation ask);
}
