using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Shop.ServiceDefaults;

namespace Shop.Orders.Stock;

/// <summary>
/// The stock of a product and its movements, the latest first; also of deleted products.
/// </summary>
internal static class GetStock
{
    public sealed record Response(
        Guid ProductId, int Available, int Reserved, IReadOnlyList<Movement> Movements, string? Next);

    public sealed record Movement(
        MovementKind Kind, int Available, int Reserved, DateTimeOffset At, Guid? OrderId, string? Reason, Guid? MadeBy);

    public static async Task<Results<Ok<Response>, ValidationProblem, ProblemHttpResult>> Handle(
        Guid id, OrdersDb db, CancellationToken cancel, string? after = null, int limit = 20)
    {
        var last = long.MaxValue;
        var check = new Validation()
            .Check(limit is >= 1 and <= 100, "limit", "A page has 1 to 100 movements.")
            .Check(
                string.IsNullOrEmpty(after) || TryRead(id, after, out last),
                "after",
                "Send the value of 'next' of the page before.");
        if (check.Failed)
            return check.ToProblem();

        var level = await db.StockLevels.AsNoTracking().SingleOrDefaultAsync(level => level.ProductId == id, cancel);
        if (level is null)
            return Problem.NotFound("There is no such product.");

        var movements = await db.StockMovements.AsNoTracking()
            .Where(movement => movement.ProductId == id && movement.Id < last)
            .OrderByDescending(movement => movement.Id)
            .Take(limit + 1).ToListAsync(cancel);
        var next = movements.Count > limit
            ? Cursor.Write(ListOf(id), movements[limit - 1].Id.ToString(CultureInfo.InvariantCulture))
            : null;
        return TypedResults.Ok(new Response(
            id, level.Available, level.Reserved, [.. movements.Take(limit).Select(ToMovement)], next));
    }

    private static Movement ToMovement(StockMovement movement) => new(
        movement.Kind, movement.Available, movement.Reserved, movement.At, movement.OrderId, movement.Reason,
        movement.MadeBy);

    private static string ListOf(Guid product) => $"stock {product}";

    private static bool TryRead(Guid product, string after, out long last)
    {
        last = 0;
        return Cursor.Read(ListOf(product), after) is [var id]
            && long.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out last);
    }
}
