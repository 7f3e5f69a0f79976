using Shop.ServiceDefaults;

namespace Shop.Payments;

internal enum LedgerAccount
{
    /// <summary>What the bank owes us.</summary>
    Bank,

    /// <summary>What we earned.</summary>
    Sales,
}

/// <summary>
/// A booking: its entries sum to zero, it is never changed, and a charge or refund of the bank is booked once. All
/// three are enforced by the database too.
/// </summary>
internal sealed class LedgerTransaction
{
    public Guid Id { get; private init; }
    public Guid PaymentId { get; private init; }
    public Booking Kind { get; private init; }

    /// <summary>The key under which the bank knows the charge or refund.</summary>
    public Guid BankKey { get; private init; }
    public DateTimeOffset At { get; private init; }
    public List<LedgerEntry> Entries { get; private init; } = [];

    public static LedgerTransaction Of(Booking kind, Guid payment, Guid bankKey, Money amount)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(amount.Amount);
        var bank = kind == Booking.Capture ? amount.Amount : -amount.Amount;
        return new()
        {
            Id = Guid.CreateVersion7(),
            PaymentId = payment,
            Kind = kind,
            BankKey = bankKey,
            Entries =
            [
                new() { Account = LedgerAccount.Bank, Amount = bank, Currency = amount.Currency },
                new() { Account = LedgerAccount.Sales, Amount = -bank, Currency = amount.Currency },
            ],
        };
    }
}

/// <summary>One side of a booking: debit is positive, credit is negative, in minor units.</summary>
internal sealed class LedgerEntry
{
    public Guid TransactionId { get; private init; }
    public LedgerAccount Account { get; init; }
    public long Amount { get; init; }
    public required string Currency { get; init; }
}
