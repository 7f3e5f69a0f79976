using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Shop.Payments;

/// <summary>Has the bank asked as soon as a commit made something due, instead of at the next look into the table.</summary>
internal sealed class WakeBankCalls(BankCalls calls) : DbTransactionInterceptor
{
    public override void TransactionCommitted(DbTransaction transaction, TransactionEndEventData eventData) => Wake(eventData);

    public override Task TransactionCommittedAsync(
        DbTransaction transaction, TransactionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        Wake(eventData);
        return Task.CompletedTask;
    }

    private void Wake(TransactionEndEventData eventData)
    {
        if (eventData.Context?.ChangeTracker.Entries<Payment>().Any(payment => payment.Entity is { DueAt: not null, LeasedUntil: null }) == true)
            calls.Wake();
    }
}
