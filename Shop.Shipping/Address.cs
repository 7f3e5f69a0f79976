namespace Shop.Shipping;

internal static class Address
{
    /// <summary>Whether it has the form of ISO 3166-1 alpha-2.</summary>
    public static bool IsCountry(string country) => country is [>= 'A' and <= 'Z', >= 'A' and <= 'Z'];
}
