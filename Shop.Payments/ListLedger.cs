using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Shop.ServiceDefaults;

namespace Shop.Payments;

/// <summary>All bookings of an order, the oldest first, for operators.</summary>
internal static class ListLedger
{
    /// <param name="Items">A charge and its few refunds; so there are no pages.</param>
    public sealed record Response(IReadOnlyList<Item> Items);

    /// <param name="Id">The booking.</param>
    /// <param name="Kind">A charge or a refund.</param>
    /// <param name="BankKey">The key under which the bank knows it.</param>
    /// <param name="At">When it was booked, by the database's clock.</param>
    /// <param name="Entries">They sum to zero.</param>
    public sealed record Item(Guid Id, Booking Kind, Guid BankKey, DateTimeOffset At, IReadOnlyList<Entry> Entries);

    /// <param name="Account">What was booked on.</param>
    /// <param name="Amount">Debit is positive, credit is negative.</param>
    public sealed record Entry(LedgerAccount Account, Money Amount);

    public static async Task<Results<Ok<Response>, ProblemHttpResult>> Handle(
        Guid orderId, PaymentsDb db, CancellationToken cancel)
    {
        if (await db.FindIdAsync(orderId, cancel) is not { } payment)
            return Problem.NotFound("There is no payment for this order.");

        var bookings = await db.Ledger.AsNoTracking()
            .Include(booking => booking.Entries)
            .Where(booking => booking.PaymentId == payment)
            .OrderBy(booking => booking.Id)
            .ToListAsync(cancel);
        return TypedResults.Ok(new Response([.. bookings.Select(booking => new Item(
            booking.Id, booking.Kind, booking.BankKey, booking.At,
            [.. booking.Entries.Select(entry => new Entry(entry.Account, new(entry.Amount, entry.Currency)))]))]));
    }
}
