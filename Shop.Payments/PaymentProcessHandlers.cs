using System.Diagnostics;
using Shop.Messaging;

namespace Shop.Payments;

/// <summary>
/// Load under lock, decide, apply, publish: all in the caller's transaction, so all of it or nothing. The bank is
/// called by <see cref="PaymentWorker"/> after the commit, so that no charge or refund can exist without its row.
/// </summary>
internal static class PaymentProcessHandlers
{
    /// <summary>Orders requests the money of an order.</summary>
    public static Task On(
        PaymentRequested request, PaymentsDb db, EventContext context, CancellationToken cancel) =>
        HandleAsync(db, request.OrderId, request.CustomerId, request.PaymentToken, request, cancel);

    /// <summary>Orders wants nothing charged, or the money refunded.</summary>
    public static Task On(
        PaymentCancellationRequested request, PaymentsDb db, EventContext context, CancellationToken cancel) =>
        HandleAsync(db, request.OrderId, request.CustomerId, token: null, request, cancel);

    /// <summary>Decides about a payment that is locked and carries it out; the caller saves and commits.</summary>
    /// <param name="db">The context, in a transaction.</param>
    /// <param name="payment">Locked.</param>
    /// <param name="input">What happened.</param>
    /// <param name="now">By the database's clock.</param>
    /// <param name="confirmed">The refund that the bank answered about, if the input is such an answer.</param>
    /// <returns>The refund that the bank has to be asked for, when there is a new one.</returns>
    public static Refund? Advance(
        PaymentsDb db, Payment payment, PaymentInput input, DateTimeOffset now, Refund? confirmed = null)
    {
        var before = payment.State;
        var transition = PaymentProcess.Decide(payment.OrderId, before, input);
        payment.Apply(transition, now);
        if (transition.Booking is { } booking)
        {
            var key = confirmed?.Id ?? payment.Id;
            db.Ledger.Add(LedgerTransaction.Of(booking, payment.Id, key, transition.Booked(before)));
            confirmed?.Confirm(now);
        }

        db.PublishAll(transition.Events);
        return transition.NewRefund > 0
            ? db.Refunds.Add(Refund.Of(payment, transition.NewRefund, now)).Entity
            : null;
    }

    private static async Task HandleAsync(
        PaymentsDb db, Guid orderId, Guid customerId, string? token, PaymentInput input, CancellationToken cancel)
    {
        var (payment, now) = await db.LockAsync(orderId, cancel);
        if (payment is not null)
        {
            Advance(db, payment, input, now);
            return;
        }

        var first = PaymentProcess.Decide(orderId, state: null, input);
        db.Payments.Add(Payment.Open(orderId, customerId, token, first, now, Activity.Current?.Id));
        db.PublishAll(first.Events);
    }
}
