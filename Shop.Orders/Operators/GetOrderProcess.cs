using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Shop.ServiceDefaults;

namespace Shop.Orders.Operators;

/// <summary>For operators: where the process of an order stands, and why.</summary>
internal static class GetOrderProcess
{
    public sealed record Response(
        Guid Id, OrderStatus Status, PaymentProgress Payment, ParcelProgress Parcel, DateTimeOffset Since, int Retries,
        DateTimeOffset? NextRetryAt, string? CancelReason, int Version);

    public static async Task<Results<Ok<Response>, ProblemHttpResult>> Handle(
        Guid id, OrdersDb db, HttpResponse http, CancellationToken cancel)
    {
        http.Headers.CacheControl = "no-store";
        var process = await db.Orders.AsNoTracking()
            .Where(order => order.Id == id)
            .Select(order => new Response(
                order.Id, order.Status, order.Payment, order.Parcel, order.Since, order.RetryCount, order.DeadlineAt,
                order.CancelReason, order.Version))
            .SingleOrDefaultAsync(cancel);
        return process is null ? Problem.NotFound("There is no such order.") : TypedResults.Ok(process);
    }
}
