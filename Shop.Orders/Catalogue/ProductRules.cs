using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Shop.Data;
using Shop.ServiceDefaults;

namespace Shop.Orders.Catalogue;

/// <summary>What holds for every product, new or changed.</summary>
internal static partial class ProductRules
{
    public const int LongestName = 200;

    /// <summary>100,000.00: a higher price is most likely a typing error.</summary>
    public const long HighestPrice = 10_000_000;

    /// <summary>The limit in the database: wider than the rule above, which is easier to change.</summary>
    public const long HighestStoredPrice = 1_000_000_000;

    /// <summary>
    /// Prices of another currency could be neither shipped nor paid: Shipping's rates and the bank know only these.
    /// </summary>
    private static readonly string[] Currencies = ["EUR"];

    public static Validation Check(string sku, string name, string description, Money price) => new Validation()
        .Check(Sku().IsMatch(sku), "sku", "A SKU has 1 to 40 capital letters, digits and dashes: LIT-1001.")
        .CheckText(name, "name", LongestName)
        .CheckText(description, "description", 2000)
        .Check(price.Amount is >= 0 and <= HighestPrice, "price.amount", $"A price is 0 to {HighestPrice} minor units.")
        .Check(Currencies.Contains(price.Currency), "price.currency", $"We sell in {string.Join(", ", Currencies)}.");

    /// <summary>
    /// Whether another product has the SKU. Until the caller's transaction ends nobody else can take it. Without that
    /// lock the unique index would refuse the second one, which PostgreSQL logs as an error.
    /// </summary>
    public static async Task<bool> IsTakenAsync(OrdersDb db, string sku, Guid product, CancellationToken cancel)
    {
        await db.Database.LockAsync($"sku {sku}", cancel);
        return await db.Products.AnyAsync(other => other.Sku == sku && other.Id != product, cancel);
    }

    public static ProblemHttpResult Taken(string sku) =>
        Problem.Conflict($"There is a product with the SKU {sku} already.");

    [GeneratedRegex(@"\A[A-Z0-9][A-Z0-9-]{0,39}\z")]
    private static partial Regex Sku();
}
