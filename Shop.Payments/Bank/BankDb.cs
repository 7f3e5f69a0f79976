using Microsoft.EntityFrameworkCore;

namespace Shop.Payments.Bank;

internal enum ChargeStatus
{
    Charged,
    Declined,
    Voided,
}

/// <summary>The bank's own record of what it was asked to do with a key.</summary>
internal sealed class BankCharge
{
    public Guid Key { get; private init; }
    public required string Token { get; init; }
    public long Amount { get; private init; }
    public required string Currency { get; init; }
    public ChargeStatus Status { get; private init; }
    public string? Reason { get; private init; }
    public DateTimeOffset CreatedAt { get; private init; }

    /// <summary>Until then the bank answers that the charge is pending.</summary>
    public DateTimeOffset AnswersAt { get; private init; }
}

internal sealed class BankRefund
{
    public Guid Key { get; private init; }
    public Guid ChargeKey { get; private init; }
    public long Amount { get; private init; }
    public required string Currency { get; init; }
    public DateTimeOffset CreatedAt { get; private init; }
}

/// <summary>How often tok_flaky has failed for a key.</summary>
internal sealed class BankFailure
{
    public Guid Key { get; private init; }
    public int Calls { get; private init; }
}

/// <summary>The simulated bank's own records. Payments reads them only through the bank.</summary>
internal sealed class BankDb(DbContextOptions<BankDb> options) : DbContext(options)
{
    public DbSet<BankCharge> Charges => Set<BankCharge>();
    public DbSet<BankRefund> Refunds => Set<BankRefund>();

    protected override void OnModelCreating(ModelBuilder model)
    {
        model.HasDefaultSchema("bank");
        model.Entity<BankCharge>(charge =>
        {
            charge.HasKey(c => c.Key);
            charge.Property(c => c.Key).ValueGeneratedNever();
            charge.Property(c => c.Token).HasMaxLength(100);
            charge.Property(c => c.Currency).HasMaxLength(3).IsFixedLength();
            charge.Property(c => c.Status).HasConversion<string>().HasMaxLength(20);
            charge.Property(c => c.Reason).HasMaxLength(200);
            charge.Property(c => c.CreatedAt).HasDefaultValueSql("now()");
            charge.Property(c => c.AnswersAt).HasDefaultValueSql("now()");
        });
        model.Entity<BankRefund>(refund =>
        {
            refund.HasKey(r => r.Key);
            refund.Property(r => r.Key).ValueGeneratedNever();
            refund.Property(r => r.Currency).HasMaxLength(3).IsFixedLength();
            refund.Property(r => r.CreatedAt).HasDefaultValueSql("now()");
            refund.HasOne<BankCharge>().WithMany().HasForeignKey(r => r.ChargeKey).OnDelete(DeleteBehavior.Restrict);
        });
        model.Entity<BankFailure>(failure =>
        {
            failure.ToTable("failures");
            failure.HasKey(f => f.Key);
            failure.Property(f => f.Key).ValueGeneratedNever();
        });
    }
}
