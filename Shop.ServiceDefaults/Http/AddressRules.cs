namespace Shop.ServiceDefaults;

/// <summary>
/// What holds for every postal address, whoever asks for one: the address book, the checkout and quotes.
/// </summary>
public static class AddressRules
{
    /// <summary>Notes an error for each field that can't be printed on a label.</summary>
    /// <param name="check">Where errors are noted.</param>
    /// <param name="prefix">What stands before the fields as the caller wrote them: <c>shipTo.</c>, or nothing.</param>
    /// <param name="name">Who lives there.</param>
    /// <param name="line1">Street and number.</param>
    /// <param name="line2">More of it, if there is any.</param>
    /// <param name="city">The place.</param>
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

    /// <summary>Notes an error unless postal code and country could be those of an address.</summary>
    /// <param name="check">Where errors are noted.</param>
    /// <param name="prefix">What stands before the fields as the caller wrote them: <c>shipTo.</c>, or nothing.</param>
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
    /// Whether it has the form of ISO 3166-1 alpha-2; whether there is such a country is not known here.
    /// </summary>
    /// <param name="country">The code.</param>
    public static bool IsCountry(string country) => country is [>= 'A' and <= 'Z', >= 'A' and <= 'Z'];
}
