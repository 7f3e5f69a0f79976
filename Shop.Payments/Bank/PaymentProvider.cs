using Shop.ServiceDefaults;

namespace Shop.Payments.Bank;

/// <summary>
/// A bank or payment provider. Every call carries a key and may be repeated: a key is charged, voided or refunded once,
/// whatever order or number of calls it comes in. A failure of the provider itself (no connection, its own errors) is
/// thrown; trouble with one card, such as an issuer that does not answer, is <see cref="UnknownOutcome"/>; a call that
/// the provider turned away without any effect, with or without a time to come back, is
/// <see cref="TurnedAwayException"/>.
/// </summary>
internal abstract class PaymentProvider
{
    /// <summary>Charges, or says what became of the earlier charge with this key.</summary>
    /// <returns>
    /// <see cref="Charged"/>, <see cref="Declined"/>, <see cref="Pending"/>, <see cref="Voided"/> or
    /// <see cref="UnknownOutcome"/>.
    /// </returns>
    public abstract Task<BankAnswer> ChargeAsync(Guid key, string token, Money amount, CancellationToken cancel);

    /// <summary>Says what became of the charge with this key. Touches no card.</summary>
    /// <returns>As <see cref="ChargeAsync"/>, or <see cref="NoSuchCharge"/>.</returns>
    public abstract Task<BankAnswer> FindAsync(Guid key, CancellationToken cancel);

    /// <summary>
    /// Closes the key: afterwards it can't be charged any more, even by a call that is still on its way. An adapter for
    /// a provider without such a call has to wait until none can be on its way, then look.
    /// </summary>
    /// <returns><see cref="Voided"/>, or what had become of the charge before.</returns>
    public abstract Task<BankAnswer> VoidAsync(Guid key, Money amount, CancellationToken cancel);

    /// <summary>Refunds an amount of a charge.</summary>
    /// <param name="key">The key of the refund.</param>
    /// <param name="charge">The key of the charge.</param>
    /// <param name="amount">At most what is left of the charge.</param>
    /// <param name="cancel">Our time-out.</param>
    /// <returns><see cref="Refunded"/> or <see cref="UnknownOutcome"/>.</returns>
    public abstract Task<BankAnswer> RefundAsync(Guid key, Guid charge, Money amount, CancellationToken cancel);

    /// <summary>A page of the provider's own record of charges, in the order of their keys.</summary>
    /// <param name="after">The last key of the page before.</param>
    /// <param name="most">The size of a page; a shorter one is the last.</param>
    /// <param name="cancel">Our time-out.</param>
    public abstract Task<IReadOnlyList<BankRecord>> ListChargesAsync(Guid after, int most, CancellationToken cancel);

    /// <summary>As <see cref="ListChargesAsync"/>, of refunds.</summary>
    public abstract Task<IReadOnlyList<BankRecord>> ListRefundsAsync(Guid after, int most, CancellationToken cancel);
}

internal enum BankRecordStatus
{
    Charged,
    Declined,
    Voided,

    /// <summary>The provider has not decided yet.</summary>
    Pending,
    Refunded,
}

/// <summary>One line of the provider's records.</summary>
/// <param name="Key">Our key of the charge or refund.</param>
/// <param name="Status">What became of it.</param>
/// <param name="Amount">How much was asked for.</param>
internal sealed record BankRecord(Guid Key, BankRecordStatus Status, Money Amount);

/// <summary>
/// The call had no effect and the provider wants no further ones for a while (HTTP 429, or 503 with Retry-After).
/// </summary>
internal sealed class TurnedAwayException(TimeSpan? retryAfter) : Exception("The bank turned the call away.")
{
    public TimeSpan? RetryAfter => retryAfter;
}
