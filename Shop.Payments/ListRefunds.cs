using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Shop.ServiceDefaults;

namespace Shop.Payments;

/// <summary>All refunds of an order, the oldest first, for operators.</summary>
internal static class ListRefunds
{
    /// <param name="Items">Few, because operators request them by hand; so there are no pages.</param>
    public sealed record Response(IReadOnlyList<Item> Items);

    /// <param name="Id">The key by which the bank knows it.</param>
    /// <param name="Amount">How much.</param>
    /// <param name="Status">Whether the bank has confirmed it.</param>
    /// <param name="Reason">The operator's words; null when the order was cancelled.</param>
    /// <param name="AskedBy">The operator; null when the order was cancelled.</param>
    /// <param name="AskedAt">When it was requested.</param>
    /// <param name="DoneAt">When the bank confirmed it.</param>
    public sealed record Item(
        Guid Id, Money Amount, RefundStatus Status, string? Reason, Guid? AskedBy, DateTimeOffset AskedAt,
        DateTimeOffset? DoneAt);

    public static async Task<Results<Ok<Response>, ProblemHttpResult>> Handle(
        Guid orderId, PaymentsDb db, CancellationToken cancel)
    {
        if (await db.FindIdAsync(orderId, cancel) is not { } payment)
            return Problem.NotFound("There is no payment for this order.");

        var refunds = await db.Refunds.AsNoTracking()
            .Where(refund => refund.PaymentId == payment)
            .OrderBy(refund => refund.Id)
            .ToListAsync(cancel);
        return TypedResults.Ok(new Response([.. refunds.Select(refund => new Item(
            refund.Id, new(refund.Amount, refund.Currency), refund.Status, refund.Reason, refund.AskedBy,
            refund.AskedAt, refund.DoneAt))]));
    }
}
