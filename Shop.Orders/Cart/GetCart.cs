using Microsoft.AspNetCore.Http.HttpResults;

namespace Shop.Orders.Cart;

/// <summary>
/// The caller's cart, at today's prices. The first request after signing in merges the guest cart into it. Without
/// Redis everything else still works: the cart is empty then and says why.
/// </summary>
internal static class GetCart
{
    public static async Task<Ok<CartView>> Handle(
        CartOwner owner, Carts carts, OrdersDb db, HttpContext http, CancellationToken cancel)
    {
        if (await carts.ReadAsync(owner) is not { } lines)
            return TypedResults.Ok(CartView.WhileUnavailable);

        owner.ForgetGuestCart(http);
        return TypedResults.Ok(await CartView.OfAsync(db, lines, cancel));
    }
}
