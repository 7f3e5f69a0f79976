using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Shop.ServiceDefaults;

namespace Shop.Payments;

/// <summary>What became of an order's payment, for its customer and for operators.</summary>
internal static class GetPayment
{
    public sealed record Response(
        Guid OrderId, PaymentStatus Status, Money Captured, Money Refunded, int Attempts, string? Reason);

    public static async Task<Results<Ok<Response>, ProblemHttpResult>> Handle(
        Guid orderId, CurrentUser user, PaymentsDb db, CancellationToken cancel)
    {
        var payment = await db.Payments
            .AsNoTracking()
            .Where(payment => payment.OrderId == orderId && (user.IsOperator || payment.CustomerId == user.Id))
            .Select(payment => payment.State)
            .SingleOrDefaultAsync(cancel);

        return payment is null
            ? Problem.NotFound("There is no payment for this order.")
            : TypedResults.Ok(new Response(
                orderId, payment.Status, payment.Of(payment.Captured), payment.Of(payment.Refunded), payment.Attempts,
                payment.DeclineReason));
    }
}
