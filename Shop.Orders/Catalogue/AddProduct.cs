using Microsoft.AspNetCore.Http.HttpResults;
using Shop.Orders.Stock;
using Shop.ServiceDefaults;

namespace Shop.Orders.Catalogue;

/// <summary>
/// Puts a product into the catalogue, with its opening stock. The SKU is unique, so a repeated request adds nothing
/// twice.
/// </summary>
internal static class AddProduct
{
    public sealed record Request(string Sku, string Name, string Description, Money Price, int Opening = 0);

    public static async Task<Results<Created<ProductView>, ValidationProblem, ProblemHttpResult>> Handle(
        Request request, CurrentUser user, OrdersDb db, TimeProvider clock, HttpResponse http, CancellationToken cancel)
    {
        var check = ProductRules.Check(request.Sku, request.Name, request.Description, request.Price)
            .Check(
                request.Opening is >= 0 and <= StockLevel.Most,
                "opening",
                $"The opening stock is 0 to {StockLevel.Most} pieces.");
        if (check.Failed)
            return check.ToProblem();

        var now = clock.GetUtcNow();
        var product = new Product
        {
            Id = Guid.CreateVersion7(now),
            Sku = request.Sku,
            Name = request.Name,
            Description = request.Description,
            Price = request.Price,
            Version = 1,
        };
        await using var transaction = await db.Database.BeginTransactionAsync(cancel);
        if (await ProductRules.IsTakenAsync(db, product.Sku, product.Id, cancel))
            return ProductRules.Taken(product.Sku);

        db.Products.Add(product);
        db.StockLevels.Add(new() { ProductId = product.Id, Available = request.Opening, Reserved = 0 });
        db.StockMovements.Add(new()
        {
            ProductId = product.Id,
            Kind = MovementKind.Opening,
            Available = request.Opening,
            Reserved = 0,
            MadeBy = user.Id,
            At = now,
        });
        await db.SaveChangesAsync(cancel);
        await transaction.CommitAsync(cancel);
        http.GetTypedHeaders().ETag = ProductTag.Of(product.Version, request.Opening);
        return TypedResults.Created($"/api/products/{product.Id}", product.ToView(request.Opening));
    }
}
