using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Shop.Data;
using Shop.Messaging;
using Shop.Payments.Bank;
using Shop.ServiceDefaults;

namespace Shop.Payments;

/// <summary>
/// Asks the bank what is due. Three steps, each crash-safe: take the payment in hand (stored, with a lease), call the bank
/// outside any transaction, store its answer with ledger and event. A worker that dies in between is followed, when its lease
/// is over, by one that first asks what became of the call.
/// </summary>
internal sealed partial class BankCalls(
    IServiceScopeFactory scopes,
    BankLine bank,
    DatabaseReadiness<PaymentsDb> payments,
    DatabaseReadiness<BankDb> lodger,
    PaymentsMetrics metrics,
    IOptions<BankCallOptions> options,
    Failpoints failpoints,
    ILogger<BankCalls> log)
    : BackgroundWorker("Asking the bank", options.Value.Interval, Task.WhenAll(payments.Migrated, lodger.Migrated), log)
{
    private readonly SemaphoreSlim _places = new(options.Value.Parallel);

    protected override async Task<bool> WorkAsync(CancellationToken cancel)
    {
        // Nothing is taken in hand while the bank is away: it would only wear out leases.
        if (bank.IsAway)
            return false;

        await _places.WaitAsync(cancel);
        var free = 1;
        while (_places.Wait(0, CancellationToken.None))
            free++;

        IReadOnlyList<Call> calls = [];
        try
        {
            calls = await TakeAsync(free, cancel);
        }
        finally
        {
            if (free > calls.Count)
                _places.Release(free - calls.Count);
        }

        foreach (var call in calls)
            _ = CarryOutAsync(call);

        return calls.Count == free;
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        // Answers that are on their way are worth waiting for; what doesn't come in time is found by key after the next start.
        for (var place = 0; place < options.Value.Parallel && !cancellationToken.IsCancellationRequested; place++)
            await _places.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public override void Dispose()
    {
        base.Dispose();
        _places.Dispose();
    }

    private async Task<IReadOnlyList<Call>> TakeAsync(int most, CancellationToken cancel)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<PaymentsDb>();
        await using var transaction = await db.Database.BeginTransactionAsync(cancel);
        var due = await db.LockDueAsync(most, cancel);
        if (due.Count == 0)
            return [];

        var until = await db.NowAsync(cancel) + options.Value.Lease;
        var refunds = await db.NextRefundsAsync(due, cancel);
        var calls = due.ConvertAll(payment => Call.Of(payment, refunds.GetValueOrDefault(payment.Id)));
        foreach (var payment in due)
        {
            payment.Lease(until);
            await db.ApplyAsync(payment, new Taken(), cancel);
        }

        await db.SaveChangesAsync(cancel);
        await transaction.CommitAsync(cancel);
        return calls;
    }

    private async Task CarryOutAsync(Call call)
    {
        try
        {
            using var activity = metrics.StartCall(call.Ask, call.TraceParent);
            failpoints.Reached("payments.intended");
            var answer = await bank.AskAsync(call);
            failpoints.Reached("payments.charged");
            activity?.SetTag("shop.bank.answer", answer.GetType().Name);
            await StoreAsync(call, answer);
        }
#pragma warning disable CA1031 // Nobody awaits this. The lease runs out and the payment is taken up again, whatever went wrong.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            LogNotStored(exception, call.OrderId, call.Ask);
        }
        finally
        {
            _places.Release();
            Wake();
        }
    }

    // Without a cancellation token: an answer is worth more than a quick end.
    private async Task StoreAsync(Call call, Happening answer)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<PaymentsDb>();
        await using var transaction = await db.Database.BeginTransactionAsync();
        var payment = await db.LockAsync(call.OrderId, CancellationToken.None)
            ?? throw new InvalidOperationException($"The payment of order {call.OrderId} is gone.");
        var before = payment.State.Status;
        payment.Release();
        var refund = call.RefundId is { } id ? await db.Refunds.SingleAsync(refund => refund.Id == id) : null;
        // The answer to a repeated call for what is already back must not be taken for the next refund's.
        if (refund is not { Status: RefundStatus.Refunded })
            await db.ApplyAsync(payment, answer, CancellationToken.None, refund);

        await db.SaveChangesAsync();
        await transaction.CommitAsync();

        if (payment.State.Status != before)
        {
            metrics.Became(payment.State.Status);
            LogBecame(call.OrderId, payment.State.Status, payment.State.Attempts);
        }
    }

    [LoggerMessage(1, LogLevel.Information, "The payment of order {OrderId} became {Status} after {Attempts} attempts")]
    private partial void LogBecame(Guid orderId, PaymentStatus status, int attempts);

    [LoggerMessage(2, LogLevel.Debug, "The bank's answer for order {OrderId} to {Ask} could not be stored and will be asked for again")]
    private partial void LogNotStored(Exception exception, Guid orderId, BankAsk ask);
}

/// <summary>One call to the bank. Its key is the payment's id, that of a refund the refund's.</summary>
internal sealed record Call(Guid PaymentId, Guid OrderId, BankAsk Ask, string? Token, Money Amount, Guid? RefundId, string? TraceParent)
{
    public static Call Of(Payment payment, Refund? refund)
    {
        var state = payment.State;
        if (state.Ask == BankAsk.Refund && refund is null)
            throw new InvalidOperationException($"There is no refund to ask for of order {payment.OrderId}.");

        return new(
            payment.Id, payment.OrderId, state.Ask, payment.Token, state.Of(refund?.Amount ?? state.Amount), refund?.Id, payment.TraceParent);
    }
}
