using System.Text.Json.Serialization;
using Shop.Payments.Bank;
using Shop.ServiceDefaults;

namespace Shop.Payments.Reconciliation;

internal enum DifferenceKind
{
    [JsonStringEnumMemberName("missing-at-bank")]
    MissingAtBank,

    [JsonStringEnumMemberName("missing-here")]
    MissingHere,

    [JsonStringEnumMemberName("amount")]
    Amount,

    [JsonStringEnumMemberName("state")]
    State,

    /// <summary>The ledger says something else than the payment.</summary>
    [JsonStringEnumMemberName("ledger")]
    Ledger,
}

/// <summary>What one of the two records says.</summary>
internal sealed record Side(string Status, long Amount, string Currency)
{
    public static Side? Of(OurRecord? ours) =>
        ours is null ? null : new(ours.Status.ToString(), ours.Amount.Amount, ours.Amount.Currency);

    public static Side? Of(BankRecord? theirs) =>
        theirs is null ? null : new(theirs.Status.ToString(), theirs.Amount.Amount, theirs.Amount.Currency);
}

/// <summary>Our record of a charge or refund, as far as it is compared.</summary>
/// <param name="Key">The key by which the bank knows it.</param>
/// <param name="OrderId">Whose payment it belongs to.</param>
/// <param name="Status">What we believe became of it.</param>
/// <param name="Amount">How much was charged or refunded, or would have been.</param>
/// <param name="IsSettled">Whether the bank has no more to be called for it.</param>
internal sealed record OurRecord(Guid Key, Guid OrderId, BankRecordStatus Status, Money Amount, bool IsSettled)
{
    public static OurRecord Of(Guid id, Guid orderId, PaymentState state) => new(
        id,
        orderId,
        state.Status switch
        {
            PaymentStatus.Captured or PaymentStatus.Refunded => BankRecordStatus.Charged,
            PaymentStatus.Declined => BankRecordStatus.Declined,
            PaymentStatus.Voided => BankRecordStatus.Voided,
            _ => BankRecordStatus.Pending,
        },
        state.Of(state.Captured > 0 ? state.Captured : state.Amount),
        state.Status is not (PaymentStatus.Requested or PaymentStatus.Unknown));

    public static OurRecord Of(Refund refund, Guid orderId) => new(
        refund.Id, orderId, BankRecordStatus.Refunded, new(refund.Amount, refund.Currency),
        refund.Status == RefundStatus.Refunded);
}

/// <summary>Compares two records, without side effects.</summary>
internal static class Comparison
{
    public static DifferenceKind? Compare(OurRecord? ours, BankRecord? theirs) => (ours, theirs) switch
    {
        // What is still under way is compared in the next run.
        ({ IsSettled: false }, _) or (_, { Status: BankRecordStatus.Pending }) => null,
        // The bank may never have received what it was not to charge, and may not keep what it declined.
        (not null, null) when IsWithoutCharge(ours.Status) => null,
        (not null, null) => DifferenceKind.MissingAtBank,
        (null, not null) => DifferenceKind.MissingHere,
        (not null, not null) when !IsSame(ours.Status, theirs.Status) => DifferenceKind.State,
        (not null, not null) when ours.Amount != theirs.Amount => DifferenceKind.Amount,
        _ => null,
    };

    /// <summary>Pairs the records of two lists that are sorted by key.</summary>
    public static async IAsyncEnumerable<(OurRecord? Ours, BankRecord? Theirs)> PairByKey(
        IAsyncEnumerable<OurRecord> ours, IAsyncEnumerable<BankRecord> theirs)
    {
        await using var left = ours.GetAsyncEnumerator();
        await using var right = theirs.GetAsyncEnumerator();
        var (hasLeft, hasRight) = (await left.MoveNextAsync(), await right.MoveNextAsync());
        while (hasLeft || hasRight)
        {
            // Guids are ordered as PostgreSQL orders them: byte by byte as they are written.
            var order = !hasLeft ? 1 : !hasRight ? -1 : left.Current.Key.CompareTo(right.Current.Key);
            yield return (order <= 0 ? left.Current : null, order >= 0 ? right.Current : null);

            if (order <= 0)
                hasLeft = await left.MoveNextAsync();
            if (order >= 0)
                hasRight = await right.MoveNextAsync();
        }
    }

    // Nothing was charged either way.
    private static bool IsSame(BankRecordStatus ours, BankRecordStatus theirs) =>
        ours == theirs || (IsWithoutCharge(ours) && IsWithoutCharge(theirs));

    private static bool IsWithoutCharge(BankRecordStatus status) =>
        status is BankRecordStatus.Declined or BankRecordStatus.Voided;
}
