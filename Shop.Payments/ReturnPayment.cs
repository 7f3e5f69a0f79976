using System.Diagnostics;
using Shop.Data;
using Shop.Messaging;

namespace Shop.Payments;

/// <summary>
/// Orders wants nothing charged, or the money back. What was never sent to the bank is void at once; all else is first
/// settled with the bank. A cancellation that overtook its request leaves a tombstone.
/// </summary>
internal static class ReturnPayment
{
    public static async Task Handle(PaymentCancellationRequested asked, PaymentsDb db, EventContext context, CancellationToken cancel)
    {
        if (await db.LockAsync(asked.OrderId, cancel) is { } payment)
        {
            await db.ApplyAsync(payment, new CancellationAsked(), cancel);
            return;
        }

        var step = PaymentProcess.CancelBeforeRequest(asked.Amount);
        var tombstone = Payment.Open(asked.OrderId, asked.CustomerId, token: null, step, await db.NowAsync(cancel), Activity.Current?.Id);
        db.Payments.Add(tombstone);
        db.Tell(tombstone);
    }
}
