using Shop.ServiceDefaults;

namespace Shop.Users.Addresses;

/// <summary>An address in an account's address book, with the same fields as an order's <c>shipTo</c>.</summary>
internal sealed class Address
{
    public const int MostPerAccount = 20;

    public required Guid Id { get; init; }
    public required Guid AccountId { get; init; }
    public string Name { get; private set; } = "";
    public string Line1 { get; private set; } = "";
    public string? Line2 { get; private set; }
    public string City { get; private set; } = "";
    public string PostalCode { get; private set; } = "";
    public string Country { get; private set; } = "";

    /// <summary>Incremented by each change; the ETag.</summary>
    public int Version { get; private set; }

    public void Write(AddressFields fields)
    {
        (Name, Line1, Line2, City, PostalCode, Country) =
            (fields.Name, fields.Line1, fields.Line2, fields.City, fields.PostalCode, fields.Country);
        Version++;
    }
}

/// <summary>An address as the caller sends it, with the same rules as at checkout.</summary>
internal sealed record AddressFields(
    string Name, string Line1, string City, string PostalCode, string Country, string? Line2 = null)
{
    public Validation Check() => new Validation().CheckAddress("", Name, Line1, Line2, City, PostalCode, Country);
}

internal sealed record AddressView(
    Guid Id, string Name, string Line1, string? Line2, string City, string PostalCode, string Country)
{
    public static AddressView Of(Address address) => new(
        address.Id, address.Name, address.Line1, address.Line2, address.City, address.PostalCode, address.Country);
}
