using Shop.Data;
using Shop.ServiceDefaults;

namespace Shop.Payments;

/// <summary>
/// An operator gives a customer money back: a part of the charge, or all that is left of it. Only the promise is stored
/// here, once per idempotency key; the bank is asked by <see cref="BankCalls"/> after the commit.
/// </summary>
internal static class RefundPayment
{
    public const int LongestReason = 200;
    private const string Route = "POST /api/payments/{orderId}/refunds";

    /// <param name="Reason">Why; kept with the refund.</param>
    /// <param name="Amount">How much; when left out, all that is left of the charge.</param>
    public sealed record Request(string Reason, Money? Amount = null);

    public sealed record Response(Guid Id, Guid OrderId, Money Amount, RefundStatus Status, string Reason, DateTimeOffset AskedAt);

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
            key, user, Route, new { orderId, request }, () => PromiseAsync(orderId, request, user, db, cancel), cancel);
    }

    private static async Task<IResult> PromiseAsync(
        Guid orderId, Request request, CurrentUser user, PaymentsDb db, CancellationToken cancel)
    {
        var payment = await db.LockAsync(orderId, cancel);
        if (payment is null)
            return Problem.NotFound("There is no payment for this order.");

        var left = payment.State.Of(PaymentProcess.Returnable(payment.State));
        if (request.Amount is { } wanted && wanted.Currency != left.Currency)
            return Problem.Conflict($"This order was paid in {left.Currency}.");

        var amount = request.Amount ?? left;
        if (amount > left || amount.Amount == 0)
            return Problem.Conflict(left.Amount == 0 ? "Nothing is left of this charge to give back." : $"Only {left} are left of this charge to give back.");

        var refund = await db.ApplyAsync(payment, new ReturnAsked(amount.Amount), cancel)
            ?? throw new InvalidOperationException("A return must lead to a refund.");
        refund.Sign(user.Id, request.Reason);
        var response = new Response(refund.Id, orderId, amount, refund.Status, refund.Reason!, refund.AskedAt);
        return TypedResults.Accepted($"/api/payments/{orderId}/refunds", response);
    }
}
