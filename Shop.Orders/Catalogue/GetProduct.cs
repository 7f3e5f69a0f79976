using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Shop.ServiceDefaults;

namespace Shop.Orders.Catalogue;

/// <summary>One product. Its ETag changes with the product and with what is left of it.</summary>
internal static class GetProduct
{
    // Compiled once: every request for a product comes here that the gateway does not answer by itself.
    private static readonly Func<OrdersDb, Guid, CancellationToken, Task<Found?>> Find = EF.CompileAsyncQuery(
        (OrdersDb db, Guid id, CancellationToken cancel) => (
            from product in db.Products.AsNoTracking()
            join level in db.StockLevels on product.Id equals level.ProductId
            where product.Id == id
            select new Found(
                product.Version,
                new(
                    product.Id, product.Sku, product.Name, product.Description,
                    new(product.Price.Amount, product.Price.Currency), level.Available))).SingleOrDefault());

    public static async Task<Results<Ok<ProductView>, StatusCodeHttpResult, ProblemHttpResult>> Handle(
        Guid id, OrdersDb db, HttpContext http, CancellationToken cancel)
    {
        var found = await Find(db, id, cancel);
        if (found is null)
            return Problem.NotFound("There is no such product.");

        var tag = ProductTag.Of(found.Version, found.View.Available);
        http.Response.GetTypedHeaders().ETag = tag;
        http.Response.Headers.CacheControl = "public, no-cache";
        return EntityTags.IsKnown(http.Request, tag)
            ? TypedResults.StatusCode(StatusCodes.Status304NotModified)
            : TypedResults.Ok(found.View);
    }
    private sealed record Found(int Version, ProductView View);
}
