using Microsoft.EntityFrameworkCore;

namespace Shop.Load;

/// <summary>The yardsticks' products by EF Core.</summary>
internal sealed class BareDb(DbContextOptions<BareDb> options) : DbContext(options)
{
    /// <summary>The one with this number, from 1 to 24.</summary>
    public Task<BareProduct> FindAsync(int number, CancellationToken cancel)
    {
        var sku = $"Y-{number}";
        return Set<BareProduct>().AsNoTracking().SingleAsync(product => product.Sku == sku, cancel);
    }

    protected override void OnModelCreating(ModelBuilder modelBuilder) => modelBuilder.Entity<BareProduct>(product =>
    {
        product.ToTable("products", "yardstick");
        product.Property(p => p.Id).HasColumnName("id");
        product.Property(p => p.Sku).HasColumnName("sku");
        product.Property(p => p.Name).HasColumnName("name");
    });
}

internal sealed record BareProduct(Guid Id, string Sku, string Name);
