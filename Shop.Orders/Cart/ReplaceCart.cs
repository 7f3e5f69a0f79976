using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using Shop.ServiceDefaults;

namespace Shop.Orders.Cart;

/// <summary>
/// Replaces the whole cart, so a repeated request changes nothing more. A cart reserves no stock; the order does.
/// </summary>
internal static class ReplaceCart
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(2);

    public sealed record Request(IReadOnlyList<CartLine> Lines);

    public static async Task<Results<Ok<CartView>, ValidationProblem, ProblemHttpResult>> Handle(
        Request request, CartOwner owner, Carts carts, OrdersDb db, HttpContext http, CancellationToken cancel)
    {
        if (Check(request) is { Failed: true } wrong)
            return wrong.ToProblem();

        var view = await CartView.OfAsync(db, request.Lines, cancel);
        if (view.Gone is [_, ..])
            return Unknown(request, view.Gone).ToProblem();

        if (!await carts.WriteAsync(owner, request.Lines, http))
            return Unavailable(http);

        owner.ForgetGuestCart(http);
        return TypedResults.Ok(view);
    }

    public static ProblemHttpResult Unavailable(HttpContext http)
    {
        // It would set a cookie for a cart that was not stored.
        http.Response.Headers.SetCookie = default;
        return Problem.Unavailable("Carts are unavailable right now. Ordering works.", RetryAfter);
    }

    private static Validation Check(Request request)
    {
        var check = new Validation().Check(
            request.Lines.Count <= CartLine.MostLines, "lines", $"A cart has at most {CartLine.MostLines} lines.");
        var seen = new HashSet<Guid>();
        foreach (var (index, line) in request.Lines.Take(CartLine.MostLines).Index())
        {
            if (line is null)
            {
                check.Check(false, Field(index), "A line has a productId and a quantity.");
                continue;
            }

            check
                .Check(
                    line.Quantity is >= 1 and <= CartLine.MostPieces,
                    $"{Field(index)}.quantity",
                    $"A quantity is between 1 and {CartLine.MostPieces}.")
                .Check(
                    seen.Add(line.ProductId),
                    $"{Field(index)}.productId",
                    "A product comes once in a cart. Raise its quantity instead.");
        }

        return check;
    }

    private static Validation Unknown(Request request, IReadOnlyList<Guid> gone)
    {
        var check = new Validation();
        foreach (var (index, line) in request.Lines.Index())
        {
            check.Check(
                !gone.Contains(line.ProductId), $"{Field(index)}.productId", $"There is no product {line.ProductId}.");
        }

        return check;
    }

    private static string Field(int index) => string.Create(CultureInfo.InvariantCulture, $"lines[{index}]");
}
