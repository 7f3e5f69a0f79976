using Shop.ServiceDefaults;

namespace Shop.Payments.Bank;

/// <summary>
/// A bank or payment provider. Every call carries a key and may be repeated: a key is charged, voided or refunded once,
/// whatever order or number of calls it comes in. A failure of the provider itself (no connection, its own errors) is
/// thrown; trouble with one card, such as an issuer that does not answer, is <see cref="Silence"/>.
/// </summary>
internal abstract class PaymentProvider
{
    /// <summary>Charges, or says what became of the earlier charge with this key.</summary>
    /// <returns><see cref="Charged"/>, <see cref="Declined"/>, <see cref="Pending"/>, <see cref="Voided"/> or <see cref="Silence"/>.</returns>
    public abstract Task<BankAnswer> ChargeAsync(Guid key, string token, Money amount, CancellationToken cancel);

    /// <summary>Says what became of the charge with this key. Touches no card.</summary>
    /// <returns>As <see cref="ChargeAsync"/>, or <see cref="NoSuchCharge"/>.</returns>
    public abstract Task<BankAnswer> FindAsync(Guid key, CancellationToken cancel);

    /// <summary>
    /// Closes the key: afterwards it can't be charged any more, even by a call that is still on its way. An adapter for a
    /// provider without such a call has to wait until none can be on its way, then look.
    /// </summary>
    /// <returns><see cref="Voided"/>, or what had become of the charge before.</returns>
    public abstract Task<BankAnswer> VoidAsync(Guid key, Money amount, CancellationToken cancel);

    /// <summary>Returns an amount of a charge.</summary>
    /// <param name="key">The key of the refund.</param>
    /// <param name="charge">The key of the charge.</param>
    /// <param name="amount">At most what is left of the charge.</param>
    /// <param name="cancel">The end of our patience.</param>
    /// <returns><see cref="Refunded"/> or <see cref="Silence"/>.</returns>
    public abstract Task<BankAnswer> RefundAsync(Guid key, Guid charge, Money amount, CancellationToken cancel);
}
