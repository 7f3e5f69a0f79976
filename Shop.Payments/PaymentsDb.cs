using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Shop.Data;
using Shop.Messaging;
using Shop.Payments.Reconciliation;

namespace Shop.Payments;

internal sealed class PaymentsDb : DbContext
{
    public PaymentsDb(DbContextOptions<PaymentsDb> options)
        : base(options) => Locks = this.RowLocksBy<Payment>(payment => payment.OrderId, "order_id");

    public DbSet<Payment> Payments => Set<Payment>();
    public DbSet<Refund> Refunds => Set<Refund>();
    public DbSet<ReconciliationRun> Reconciliations => Set<ReconciliationRun>();
    public DbSet<LedgerTransaction> Ledger => Set<LedgerTransaction>();

    /// <summary>The payments of orders, by the ids of these, locked until the transaction ends.</summary>
    public RowLocks<Payment> Locks { get; }

    /// <summary>The id of an order's payment; null if there is none.</summary>
    public Task<Guid?> FindIdAsync(Guid orderId, CancellationToken cancel) => Payments
        .Where(payment => payment.OrderId == orderId)
        .Select(payment => (Guid?)payment.Id)
        .SingleOrDefaultAsync(cancel);

    /// <summary>Of each payment that owes the customer money, the oldest refund that is not confirmed.</summary>
    public async Task<Dictionary<Guid, Refund>> NextRefundsAsync(
        IReadOnlyList<Payment> payments, CancellationToken cancel)
    {
        Guid[] owing =
        [
            .. payments.Where(payment => payment.State.NextOperation == BankOperation.Refund)
                .Select(payment => payment.Id),
        ];
        if (owing is [])
            return [];

        var open = await Refunds.AsNoTracking()
            .Where(refund => owing.Contains(refund.PaymentId) && refund.DoneAt == null)
            .ToListAsync(cancel);
        return open.GroupBy(refund => refund.PaymentId)
            .ToDictionary(refunds => refunds.Key, refunds => refunds.MinBy(refund => refund.Id)!);
    }

    protected override void OnModelCreating(ModelBuilder model)
    {
        model.HasDefaultSchema("payments");
        model.AddMessaging();
        model.AddIdempotency();
        model.AddErasure();
        model.AddReconciliation();
        model.Entity<Payment>(Map);

        model.Entity<Refund>(refund =>
        {
            refund.ToTable(table => table.HasCheckConstraint("ck_refunds_amount", "amount > 0"));
            refund.Property(r => r.Id).ValueGeneratedNever();
            refund.Property(r => r.Currency).HasMaxLength(3).IsFixedLength();
            refund.Property(r => r.Reason).HasMaxLength(RefundPayment.LongestReason);
            refund.HasOne<Payment>().WithMany().HasForeignKey(r => r.PaymentId).OnDelete(DeleteBehavior.Restrict);
        });

        model.Entity<LedgerTransaction>(transaction =>
        {
            transaction.ToTable("ledger_transactions");
            transaction.Property(t => t.Id).ValueGeneratedNever();
            transaction.Property(t => t.Kind).HasConversion<string>().HasMaxLength(20);
            transaction.Property(t => t.At).HasDefaultValueSql("now()");
            transaction.HasIndex(t => new { t.Kind, t.BankKey }).IsUnique();
            transaction.HasOne<Payment>().WithMany()
                .HasForeignKey(t => t.PaymentId).OnDelete(DeleteBehavior.Restrict);
            transaction.HasMany(t => t.Entries).WithOne()
                .HasForeignKey(e => e.TransactionId).OnDelete(DeleteBehavior.Restrict);
        });

        model.Entity<LedgerEntry>(entry =>
        {
            entry.ToTable(
                "ledger_entries", table => table.HasCheckConstraint("ck_ledger_entries_amount", "amount <> 0"));
            entry.HasKey(e => new { e.TransactionId, e.Account });
            entry.Property(e => e.Account).HasConversion<string>().HasMaxLength(20);
            entry.Property(e => e.Currency).HasMaxLength(3).IsFixedLength();
        });
    }

    private static void Map(EntityTypeBuilder<Payment> payment)
    {
        payment.ToTable(table => table.HasCheckConstraint(
            "ck_payments_amounts",
            "amount > 0 AND captured BETWEEN 0 AND amount"
            + " AND refunded >= 0 AND owed >= 0 AND refunded + owed <= captured"));
        payment.Property(p => p.Id).ValueGeneratedNever();
        payment.Property(p => p.Token).HasMaxLength(100);
        payment.Property(p => p.TraceParent).HasMaxLength(55);
        payment.ComplexProperty(p => p.State, state =>
        {
            state.Property(s => s.Status).HasColumnName("status").HasConversion<string>().HasMaxLength(20);
            state.Property(s => s.NextOperation).HasColumnName("ask").HasConversion<string>().HasMaxLength(20);
            state.Property(s => s.Amount).HasColumnName("amount");
            state.Property(s => s.Currency).HasColumnName("currency").HasMaxLength(3).IsFixedLength();
            state.Property(s => s.Captured).HasColumnName("captured");
            state.Property(s => s.Refunded).HasColumnName("refunded");
            state.Property(s => s.Owed).HasColumnName("owed");
            state.Property(s => s.Cancelled).HasColumnName("cancelled");
            state.Property(s => s.Attempts).HasColumnName("attempts");
            state.Property(s => s.Unanswered).HasColumnName("unanswered");
            state.Property(s => s.DeclineReason).HasColumnName("decline_reason").HasMaxLength(200);
        });
        payment.HasIndex(p => p.OrderId).IsUnique();
        payment.HasIndex(p => p.CustomerId);
        payment.HasIndex(p => p.DueAt).HasFilter("due_at IS NOT NULL");
    }
}
