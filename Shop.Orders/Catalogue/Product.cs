using NpgsqlTypes;
using Shop.ServiceDefaults;

namespace Shop.Orders.Catalogue;

internal sealed class Product
{
    public required Guid Id { get; init; }

    public required string Sku { get; set; }

    public required string Name { get; set; }

    public required string Description { get; set; }

    public required Money Price { get; set; }

    public int Version { get; set; }

    /// <summary>The words of name and description; the database keeps them.</summary>
    public NpgsqlTsVector Words { get; private set; } = NpgsqlTsVector.Empty;
}

internal sealed record ProductView(Guid Id, string Sku, string Name, string Description, Money Price, int Available);
