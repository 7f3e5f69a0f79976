using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using Shop.ServiceDefaults;

namespace Shop.Orders.Catalogue;

/// <summary>What holds for every product, new or changed.</summary>
internal static partial class ProductRules
{
    /// <summary>The highest price keeps the total of the largest order far from the largest number.</summary>
    public const long HighestPrice = 1_000_000_000;

    public static Validation Check(string sku, string name, string description, Money price) => new Validation()
        .Check(Sku().IsMatch(sku), "sku", "A SKU has 1 to 40 capital letters, digits and dashes: LIT-1001.")
        .CheckText(name, "name", 200)
        .CheckText(description, "description", 2000)
        .Check(price.Amount is >= 0 and <= HighestPrice, "price.amount", $"A price is 0 to {HighestPrice} minor units.")
        .Check(Currency().IsMatch(price.Currency), "price.currency", "A currency is an ISO 4217 code: EUR.");

    public static bool IsDuplicateSku(DbUpdateException exception) => exception.InnerException
        is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation, ConstraintName: OrdersDb.OneProductPerSku };

    [GeneratedRegex(@"\A[A-Z0-9][A-Z0-9-]{0,39}\z")]
    private static partial Regex Sku();

    [GeneratedRegex(@"\A[A-Z]{3}\z")]
    private static partial Regex Currency();
}
