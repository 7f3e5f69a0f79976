using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Shop.Shipping;

/// <summary>Has the carrier asked as soon as a commit brought a new shipment, instead of at the next look into the table.</summary>
internal sealed class WakeParcelRounds(ParcelRounds rounds) : DbTransactionInterceptor
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
        if (eventData.Context?.ChangeTracker.Entries<Shipment>().Any(shipment => shipment.Entity is { State.Ask: CarrierAsk.Book, LeasedUntil: null }) == true)
            rounds.Wake();
    }
}
