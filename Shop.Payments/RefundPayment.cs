using Shop.Data;
using Shop.ServiceDefaults;

namespace Shop.Payments;

/// <summary>
/// An operator refunds a customer: a part of the charge, or all that is left of it. Only the request is stored here,
/// once per idempotency key; the bank is called by <see cref="PaymentWorker"/> after the commit.
/// </summary>
internal static class RefundPayment
{
    public const int LongestReason = 200;
    private const string Route = "POST /api/payments/{orderId}/refunds";

    /// <param name="Reason">Why; kept with the refund.</param>
    /// <param name="Amount">How much; when left out, all that is left of the charge.</param>
    public sealed record Request(string Reason, Money? Amount = null);

    public sealed record Response(
        Guid Id, Guid OrderId, Money Amount, RefundStatus Status, string Reason, DateTimeOffset AskedAt);

    public static async Task<IResult> Handle(
        Guid orderId, Request request, IdempotencyKey key, CurrentUser user, PaymentsDb db, CancellationToken cancel)
    {
        var validation = new Validation()
            .CheckText(request.Reason, "reason", LongestReason)
            .Check(request.Amount is not { Amount: <= 0 }, "amount.amount", "A refund is more than nothing.")
            .Check(
                request.Amount is not { Currency: not [>= 'A' and <= 'Z', >= 'A' and <= 'Z', >= 'A' and <= 'Z'] },
                "amount.currency", "A currency is an ISO 4217 code: EUR.");
        if (validation.Failed)
            return validation.ToProblem();

        return await db.ExecuteOnceAsync<Response>(
            key, user, Route, new { orderId, request }, () => RequestAsync(orderId, request, user, db, cancel), cancel);
    }

    private static async Task<IResult> RequestAsync(
        Guid orderId, Request request, CurrentUser user, PaymentsDb db, CancellationToken cancel)
    {
        if (await db.Locks.LockAsync(orderId, cancel) is not ({ } payment, var now))
            return Problem.NotFound("There is no payment for this order.");

        var left = payment.State.Of(PaymentProcess.Refundable(payment.State));
        if (request.Amount is { } wanted && wanted.Currency != left.Currency)
            return Problem.Conflict($"This order was paid in {left.Currency}.");

        var amount = request.Amount ?? left;
        if (amount > left || amount.Amount == 0)
        {
            return Problem.Conflict(left.Amount == 0
                ? "Nothing is left of this charge to give back."
                : $"Only {left} are left of this charge to give back.");
        }

        var refund = PaymentProcessHandlers.Advance(db, payment, new RefundRequested(amount.Amount), now)
            ?? throw new InvalidOperationException("A requested refund must be stored.");
        refund.RequestedBy(user.Id, request.Reason);
        var response = new Response(refund.Id, orderId, amount, refund.Status, refund.Reason!, refund.AskedAt);
        return TypedResults.Accepted($"/api/payments/{orderId}/refunds", response);
    }
}
