using Microsoft.AspNetCore.Http.HttpResults;

namespace Shop.Orders.Cart;

/// <summary>Empties the caller's cart, as after an order. Repeating it has no further effect.</summary>
internal static class EmptyCart
{
    public static async Task<Results<NoContent, ProblemHttpResult>> Handle(
        CartOwner owner, Carts carts, HttpContext http)
    {
        if (!await carts.RemoveAsync(owner))
            return ReplaceCart.Unavailable(http);

        owner.ForgetGuestCart(http);
        return TypedResults.NoContent();
    }
}
