using Microsoft.AspNetCore.Http.HttpResults;

namespace Shop.Orders.Cart;

/// <summary>
/// The caller's cart, at today's prices. What was put aside before signing in is in it from the first reading after.
/// Without Redis the shop goes on: the cart is empty then and says why.
/// </summary>
internal static class GetCart
{
    public static async Task<Ok<CartView>> Handle(
        CartOwner owner, Carts carts, OrdersDb db, HttpContext http, CancellationToken cancel)
    {
        if (await carts.ReadAsync(owner) is not { } lines)
            return TypedResults.Ok(CartView.OutOfReach);

        owner.ForgetPutAside(http);
        return TypedResults.Ok(await CartView.OfAsync(db, lines, cancel));
    }
}
