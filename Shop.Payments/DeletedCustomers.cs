using Microsoft.EntityFrameworkCore;
using Shop.Data;
using Shop.Messaging;

namespace Shop.Payments;

/// <summary>
/// Forgets what is personal in the payments of customers whose account is gone. That is little: the token is removed as
/// soon as nothing can be charged any more, and what operators wrote about a refund is removed here. The ledger stays.
/// </summary>
internal sealed class DeletedCustomers(
    IServiceScopeFactory scopes, DatabaseReadiness<PaymentsDb> readiness, ILogger<ErasureLoop<PaymentsDb>> log)
    : ErasureLoop<PaymentsDb>(scopes, readiness, log)
{
    public static Task Note(UserDeleted deleted, PaymentsDb db, EventContext context, CancellationToken cancel) =>
        db.NoteDeletedAsync(deleted.UserId, deleted.DeletedAt, cancel);

    protected override async Task<bool> EraseAsync(PaymentsDb db, Guid userId, CancellationToken cancel)
    {
        var theirs = db.Payments.Where(payment => payment.CustomerId == userId);
        await db.Refunds
            .Where(refund => refund.Reason != null && theirs.Any(payment => payment.Id == refund.PaymentId))
            .ExecuteUpdateAsync(refund => refund.SetProperty(erased => erased.Reason, (string?)null), cancel);
        return await theirs.AnyAsync(
            payment => payment.Token != null || payment.State.NextOperation != BankOperation.Nothing, cancel);
    }
}
