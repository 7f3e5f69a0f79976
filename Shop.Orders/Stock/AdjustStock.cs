using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Shop.Data;
using Shop.ServiceDefaults;

namespace Shop.Orders.Stock;

/// <summary>
/// An operator counts, receives or writes off pieces. It adds to the journal once per idempotency key, and never takes
/// more than is there.
/// </summary>
internal static class AdjustStock
{
    public const int LongestReason = 200;
    /// <summary>A larger delivery is most likely a typing error.</summary>
    private const int LargestChange = 1_000_000;

    public sealed record Request(int Change, string Reason);

    public static async Task<IResult> Handle(
        Guid id, Request request, IdempotencyKey key, CurrentUser user, OrdersDb db, CancellationToken cancel)
    {
        var check = new Validation()
            .Check(
                request.Change is not 0 and >= -LargestChange and <= LargestChange,
                "change",
                $"A change is at most {LargestChange} pieces, more or fewer, and not 0.")
            .CheckText(request.Reason, "reason", LongestReason);
        if (check.Failed)
            return check.ToProblem();

        return await db.ExecuteOnceAsync<StockView>(
            key, user, $"POST /api/products/{id}/stock", request,
            async () =>
                await StockLevels.AdjustAsync(db, id, request.Change, request.Reason, user.Id, cancel) is { } level
                ? TypedResults.Ok(level)
                : await Explain(id, request, db, cancel),
            cancel);
    }

    private static async Task<ProblemHttpResult> Explain(
        Guid id, Request request, OrdersDb db, CancellationToken cancel)
    {
        if (!await db.Products.AnyAsync(product => product.Id == id, cancel))
            return Problem.NotFound("There is no such product.");

        return Problem.Conflict(request.Change < 0
            ? "Fewer pieces than that can be ordered now. What belongs to orders can't be taken away."
            : $"A product has at most {StockLevel.Most} pieces.");
    }
}
