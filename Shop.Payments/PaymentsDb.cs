using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Shop.Data;
using Shop.Messaging;
using Shop.Payments.Reconciliation;

namespace Shop.Payments;

internal sealed class PaymentsDb(DbContextOptions<PaymentsDb> options) : DbContext(options)
{
    public DbSet<Payment> Payments => Set<Payment>();
    public DbSet<Refund> Refunds => Set<Refund>();
    public DbSet<ReconciliationRun> Reconciliations => Set<ReconciliationRun>();
    public DbSet<LedgerTransaction> Ledger => Set<LedgerTransaction>();

    /// <summary>The payment of an order, held against all others until the transaction ends.</summary>
    public async Task<Payment?> LockAsync(Guid orderId, CancellationToken cancel)
    {
        // Two steps until FromSql knows the column names of complex properties: https://github.com/dotnet/efcore/issues/34818
        var ids = await Database.SqlQuery<Guid>($"SELECT id FROM payments.payments WHERE order_id = {orderId} FOR UPDATE").ToListAsync(cancel);
        return ids is [var id] ? await Payments.SingleAsync(payment => payment.Id == id, cancel) : null;
    }

    /// <summary>Those that are due and in nobody's hand, held until the transaction ends; what others hold is passed over.</summary>
    public async Task<List<Payment>> LockDueAsync(int most, CancellationToken cancel)
    {
        var ids = await Database.SqlQuery<Guid>(
            $"""
            SELECT id FROM payments.payments
            WHERE due_at <= now() AND (leased_until IS NULL OR leased_until <= now())
            ORDER BY due_at LIMIT {most} FOR UPDATE SKIP LOCKED
            """).ToListAsync(cancel);
        return ids.Count == 0 ? [] : await Payments.Where(payment => ids.Contains(payment.Id)).ToListAsync(cancel);
    }

    /// <summary>Of each payment that owes the customer money, the oldest refund that the bank has not confirmed.</summary>
    public async Task<Dictionary<Guid, Refund>> NextRefundsAsync(List<Payment> payments, CancellationToken cancel)
    {
        Guid[] owing = [.. payments.Where(payment => payment.State.Ask == BankAsk.Refund).Select(payment => payment.Id)];
        if (owing is [])
            return [];

        var open = await Refunds.AsNoTracking().Where(refund => owing.Contains(refund.PaymentId) && refund.DoneAt == null).ToListAsync(cancel);
        return open.GroupBy(refund => refund.PaymentId).ToDictionary(refunds => refunds.Key, refunds => refunds.MinBy(refund => refund.Id)!);
    }

    /// <summary>Carries out what <see cref="PaymentProcess"/> decides: state, ledger, refund and event are stored by one SaveChanges.</summary>
    /// <returns>The refund that the bank has to be asked for, when there is a new one.</returns>
    public async Task<Refund?> ApplyAsync(Payment payment, Happening happening, CancellationToken cancel, Refund? refund = null)
    {
        var before = payment.State;
        var step = PaymentProcess.Apply(before, happening);
        var now = step.AskIn is null && step.Booking is null ? default : await this.NowAsync(cancel);
        payment.Take(step, now);
        if (step.Booking is { } booking)
        {
            Ledger.Add(LedgerTransaction.Of(booking, payment.Id, refund?.Id ?? payment.Id, step.Booked(before)));
            refund?.Done(now);
        }

        if (step.Tell)
            Tell(payment);

        return step.Return > 0 ? Refunds.Add(Refund.Of(payment, step.Return, now)).Entity : null;
    }

    /// <summary>Announces the outcome that the payment has.</summary>
    public void Tell(Payment payment)
    {
        var (orderId, state) = (payment.OrderId, payment.State);
        switch (state.Status)
        {
            case PaymentStatus.Captured:
                this.Publish(new PaymentCaptured(orderId, state.Of(state.Captured)));
                break;
            case PaymentStatus.Declined:
                this.Publish(new PaymentDeclined(orderId, state.DeclineReason!));
                break;
            case PaymentStatus.Voided:
                this.Publish(new PaymentVoided(orderId));
                break;
            case PaymentStatus.Refunded:
                this.Publish(new PaymentRefunded(orderId, state.Of(state.Refunded)));
                break;
            default:
                throw new InvalidOperationException($"A payment that is {state.Status} has no outcome to tell.");
        }
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
            transaction.HasOne<Payment>().WithMany().HasForeignKey(t => t.PaymentId).OnDelete(DeleteBehavior.Restrict);
            transaction.HasMany(t => t.Entries).WithOne().HasForeignKey(e => e.TransactionId).OnDelete(DeleteBehavior.Restrict);
        });

        model.Entity<LedgerEntry>(entry =>
        {
            entry.ToTable("ledger_entries", table => table.HasCheckConstraint("ck_ledger_entries_amount", "amount <> 0"));
            entry.HasKey(e => new { e.TransactionId, e.Account });
            entry.Property(e => e.Account).HasConversion<string>().HasMaxLength(20);
            entry.Property(e => e.Currency).HasMaxLength(3).IsFixedLength();
        });
    }

    private static void Map(EntityTypeBuilder<Payment> payment)
    {
        payment.ToTable(table => table.HasCheckConstraint(
            "ck_payments_amounts", "amount > 0 AND captured BETWEEN 0 AND amount AND refunded >= 0 AND owed >= 0 AND refunded + owed <= captured"));
        payment.Property(p => p.Id).ValueGeneratedNever();
        payment.Property(p => p.Token).HasMaxLength(100);
        payment.Property(p => p.TraceParent).HasMaxLength(55);
        payment.ComplexProperty(p => p.State, state =>
        {
            state.Property(s => s.Status).HasColumnName("status").HasConversion<string>().HasMaxLength(20);
            state.Property(s => s.Ask).HasColumnName("ask").HasConversion<string>().HasMaxLength(20);
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
