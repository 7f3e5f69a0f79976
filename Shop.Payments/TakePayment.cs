using System.Diagnostics;
using Shop.Data;
using Shop.Messaging;

namespace Shop.Payments;

/// <summary>
/// Orders asks for the money of an order. Only the intention is stored here; the bank is asked by <see cref="BankCalls"/>
/// after the commit, so that no charge can exist without its row.
/// </summary>
internal static class TakePayment
{
    public static async Task Handle(PaymentRequested asked, PaymentsDb db, EventContext context, CancellationToken cancel)
    {
        if (await db.LockAsync(asked.OrderId, cancel) is { } payment)
        {
            await db.ApplyAsync(payment, new AskedAgain(), cancel);
            return;
        }

        db.Payments.Add(Payment.Open(
            asked.OrderId, asked.CustomerId, asked.PaymentToken, PaymentProcess.Request(asked.Amount),
            await db.NowAsync(cancel), Activity.Current?.Id));
    }
}
