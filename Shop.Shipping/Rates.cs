using System.Text.Json.Serialization;
using Shop.ServiceDefaults;

namespace Shop.Shipping;

/// <summary>What a parcel to a country costs.</summary>
/// <param name="Country">ISO 3166-1 alpha-2, or "*" for all countries that are not listed.</param>
/// <param name="Price">For one order, whatever is in it.</param>
/// <param name="FreeFrom">Goods for at least this much are sent free of charge.</param>
internal sealed record Rate(
    string Country, Money Price,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Money? FreeFrom = null)
{
    public Money For(Money? goods) => goods is { } worth && worth >= FreeFrom ? Money.Zero(Price.Currency) : Price;
}

internal static class Rates
{
    public const string Currency = "EUR";

    public static IReadOnlyList<Rate> All { get; } =
    [
        new("DE", Euro(490), FreeFrom: Euro(50_00)),
        new("AT", Euro(690), FreeFrom: Euro(80_00)),
        new("NL", Euro(690), FreeFrom: Euro(80_00)),
        new("BE", Euro(690), FreeFrom: Euro(80_00)),
        new("DK", Euro(790), FreeFrom: Euro(100_00)),
        new("FR", Euro(890), FreeFrom: Euro(100_00)),
        new("SE", Euro(990), FreeFrom: Euro(120_00)),
        new("PL", Euro(890), FreeFrom: Euro(100_00)),
        new("IT", Euro(990), FreeFrom: Euro(120_00)),
        new("ES", Euro(990), FreeFrom: Euro(120_00)),
        new("CH", Euro(1490)),
        new("GB", Euro(1490)),
        new("*", Euro(2490)),
    ];

    public static Rate Of(string country) => All.FirstOrDefault(rate => rate.Country == country) ?? All[^1];

    private static Money Euro(long cents) => new(cents, Currency);
}
