using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Shop.ServiceDefaults;

namespace Shop.Orders.Catalogue;

/// <summary>
/// Replaces what the catalogue says of a product. Orders keep the name and price of the moment when they were placed.
/// </summary>
internal static class ChangeProduct
{
    public sealed record Request(string Sku, string Name, string Description, Money Price);

    public static async Task<Results<Ok<ProductView>, ValidationProblem, ProblemHttpResult>> Handle(
        Guid id, Request request, OrdersDb db, HttpContext http, CancellationToken cancel)
    {
        if (ProductRules.Check(request.Sku, request.Name, request.Description, request.Price) is { Failed: true } wrong)
            return wrong.ToProblem();

        var found = await (
            from known in db.Products
            join level in db.StockLevels on known.Id equals level.ProductId
            where known.Id == id
            select new { Product = known, level.Available }).SingleOrDefaultAsync(cancel);
        if (found is null)
            return Problem.NotFound("There is no such product.");

        var product = found.Product;
        if (ProductTag.Refuses(http.Request, product.Version) is { } refused)
            return refused;

        await using var transaction = await db.Database.BeginTransactionAsync(cancel);
        if (product.Sku != request.Sku && await ProductRules.IsTakenAsync(db, request.Sku, product.Id, cancel))
            return ProductRules.Taken(request.Sku);

        product.Sku = request.Sku;
        product.Name = request.Name;
        product.Description = request.Description;
        product.Price = request.Price;
        product.Version++;
        try
        {
            await db.SaveChangesAsync(cancel);
            await transaction.CommitAsync(cancel);
        }
        catch (DbUpdateConcurrencyException)
        {
            return EntityTags.Changed();
        }

        http.Response.GetTypedHeaders().ETag = ProductTag.Of(product.Version, found.Available);
        return TypedResults.Ok(product.ToView(found.Available));
    }
}
