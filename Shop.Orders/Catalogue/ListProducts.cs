using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Shop.ServiceDefaults;

namespace Shop.Orders.Catalogue;

/// <summary>
/// The catalogue by name, page by page. A search finds products that have every word, or the beginning of one, in their
/// name or description; it runs on the full-text index and knows no wildcards.
/// </summary>
internal static partial class ListProducts
{
    private const int MaxSearch = 100;
    private const int MaxWords = 10;

    public static async Task<Results<Ok<Page<ProductView>>, StatusCodeHttpResult, ValidationProblem>> Handle(
        OrdersDb db, HttpContext context, CancellationToken cancel,
        string? search = null, string? after = null, int limit = 20)
    {
        var (name, id) = ("", Guid.Empty);
        var check = new Validation()
            .Check(limit is >= 1 and <= 100, "limit", "A page has 1 to 100 items.")
            .Check(search is not { Length: > MaxSearch }, "search", $"A search has at most {MaxSearch} characters.")
            .Check(
                string.IsNullOrEmpty(after) || TryRead(search, after, out name, out id),
                "after",
                "Send the value of 'next' of the page before.");
        if (check.Failed)
            return check.ToProblem();

        var products = db.Products.AsNoTracking();
        if (!string.IsNullOrWhiteSpace(search))
        {
            var words = Query(search);
            products = products.Where(product => product.Words.Matches(EF.Functions.ToTsQuery("english", words)));
        }

        if (!string.IsNullOrEmpty(after))
        {
            products = products.Where(product => EF.Functions.GreaterThan(
                ValueTuple.Create(product.Name, product.Id), ValueTuple.Create(name, id)));
        }

        var found = await (
            from product in products
            join level in db.StockLevels on product.Id equals level.ProductId
            orderby product.Name, product.Id
            select new
            {
                product.Version,
                View = new ProductView(
                    product.Id, product.Sku, product.Name, product.Description,
                    new Money(product.Price.Amount, product.Price.Currency), level.Available),
            })
            .Take(limit + 1).ToListAsync(cancel);

        var last = found.Count > limit ? found[limit - 1].View : null;
        var next = last is null ? null : Cursor.Write(ListOf(search), last.Name, last.Id.ToString());
        var shown = found.Take(limit).ToArray();
        var tag = ProductTag.Of([.. shown.Select(one => (one.View.Id, one.Version, one.View.Available))], next);
        var http = context.Response;
        http.GetTypedHeaders().ETag = tag;
        http.Headers.CacheControl = "public, max-age=5";
        if (next is not null)
            http.Headers.Link = FormattableString.Invariant(
                $"</api/products?after={next}&limit={limit}{SearchAgain(search)}>; rel=\"next\"");

        return EntityTags.IsKnown(context.Request, tag)
            ? TypedResults.StatusCode(StatusCodes.Status304NotModified)
            : TypedResults.Ok(new Page<ProductView>([.. shown.Select(one => one.View)], next));
    }

    private static string ListOf(string? search) =>
        string.IsNullOrWhiteSpace(search) ? "products" : $"products {search}";

    private static bool TryRead(string? search, string after, out string name, out Guid id)
    {
        (name, id) = ("", Guid.Empty);
        if (Cursor.Read(ListOf(search), after) is not [var lastName, var lastId])
            return false;

        name = lastName;
        return name.Length <= ProductRules.LongestName && Guid.TryParseExact(lastId, "D", out id);
    }

    /// <summary>
    /// Only letters and digits reach PostgreSQL's query language: <c>oak la</c> is <c>oak:* &amp; la:*</c>.
    /// </summary>
    private static string Query(string search) =>
        string.Join(" & ", Word().Matches(search).Take(MaxWords).Select(word => $"{word.Value}:*"));

    private static string SearchAgain(string? search) =>
        string.IsNullOrWhiteSpace(search) ? "" : $"&search={Uri.EscapeDataString(search)}";

    [GeneratedRegex(@"[\p{L}\p{Nd}]+")]
    private static partial Regex Word();
}
