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

    /// <summary>Counts the changes of the product itself; stock moves without it.</summary>
    public int Version { get; set; }

    /// <summary>When it left the catalogue. The row stays: stock and movements of earlier orders point to it.</summary>
    public DateTimeOffset? DeletedAt { get; set; }

    /// <summary>The words of name and description; the database keeps them.</summary>
    public NpgsqlTsVector Words { get; private set; } = NpgsqlTsVector.Empty;

    public ProductView ToView(int available) => new(Id, Sku, Name, Description, Price, available);
}

internal sealed record ProductView(Guid Id, string Sku, string Name, string Description, Money Price, int Available);
