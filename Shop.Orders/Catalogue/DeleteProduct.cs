using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Shop.ServiceDefaults;

namespace Shop.Orders.Catalogue;

/// <summary>
/// Takes a product out of the catalogue. Its row stays for the orders that have it: their pieces still come back or
/// leave.
/// </summary>
internal static class DeleteProduct
{
    public static async Task<Results<NoContent, ProblemHttpResult>> Handle(
        Guid id, OrdersDb db, TimeProvider clock, HttpRequest http, CancellationToken cancel)
    {
        var product = await db.Products.SingleOrDefaultAsync(product => product.Id == id, cancel);
        if (product is null)
            return Problem.NotFound("There is no such product.");

        if (ProductTag.Refuses(http, product.Version) is { } refused)
            return refused;

        product.DeletedAt = clock.GetUtcNow();
        product.Version++;
        try
        {
            await db.SaveChangesAsync(cancel);
        }
        catch (DbUpdateConcurrencyException)
        {
            return EntityTags.Changed();
        }

        return TypedResults.NoContent();
    }
}
