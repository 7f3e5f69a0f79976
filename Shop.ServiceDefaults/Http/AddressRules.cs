namespace Shop.ServiceDefaults;

/// <summary>
/// The validation rules of postal addresses, shared by the address book, the checkout and shipping quotes.
/// </summary>
public static class AddressRules
{
    /// <summary>Adds an error for each invalid field of an address.</summary>
    /// <param name="check">Collects the errors.</param>
    /// <param name="prefix">The path of the address in the request: <c>shipTo.</c>, or nothing.</param>
    /// <param name="name">The recipient.</param>
    /// <param name="line1">Street and number.</param>
    /// <param name="line2">A second address line, if there is one.</param>
    /// <param name="city">The city.</param>
    /// <param name="postalCode">As written on a parcel.</param>
    /// <param name="country">ISO 3166-1 alpha-2.</param>
    public static Validation CheckAddress(
        this Validation check, string prefix,
        string name, string line1, string? line2, string city, string postalCode, string country)
    {
        check.CheckText(name, $"{prefix}name", 100).CheckText(line1, $"{prefix}line1", 200);
        if (line2 is not null)
            check.CheckText(line2, $"{prefix}line2", 200);

        return check.CheckText(city, $"{prefix}city", 100).CheckDestination(prefix, postalCode, country);
    }

    /// <summary>Adds an error for an invalid postal code or country.</summary>
    /// <param name="check">Collects the errors.</param>
    /// <param name="prefix">The path of the address in the request: <c>shipTo.</c>, or nothing.</param>
    /// <param name="postalCode">As written on a parcel.</param>
    /// <param name="country">ISO 3166-1 alpha-2.</param>
    public static Validation CheckDestination(this Validation check, string prefix, string postalCode, string country)
    {
        ArgumentNullException.ThrowIfNull(check);
        return check
            .CheckText(postalCode, $"{prefix}postalCode", 16)
            .Check(IsCountry(country), $"{prefix}country", "A country is two capital letters: DE.");
    }

    /// <summary>
    /// Whether the code has the format of ISO 3166-1 alpha-2. The list of existing countries is not checked.
    /// </summary>
    /// <param name="country">The code.</param>
    public static bool IsCountry(string country) => country is [>= 'A' and <= 'Z', >= 'A' and <= 'Z'];
}
