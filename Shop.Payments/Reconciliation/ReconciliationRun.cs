using Microsoft.EntityFrameworkCore;

namespace Shop.Payments.Reconciliation;

internal enum RunStatus
{
    /// <summary>Under way, or its worker died.</summary>
    Running,
    Completed,

    /// <summary>Ended without a result: the bank did not answer, or this service was stopped.</summary>
    Failed,
}

/// <summary>One comparison of all our records with the bank's and of our payments with our ledger.</summary>
internal sealed class ReconciliationRun
{
    /// <summary>More differences have one cause and are not read one by one.</summary>
    public const int MostStored = 1000;

    public Guid Id { get; private init; }
    public RunStatus Status { get; private set; }
    public DateTimeOffset StartedAt { get; private init; }
    public DateTimeOffset? FinishedAt { get; private set; }

    /// <summary>The operator who requested it; null when it was scheduled.</summary>
    public Guid? AskedBy { get; private init; }

    /// <summary>Records that we or the bank have.</summary>
    public long Compared { get; private set; }

    /// <summary>Those of them that are under way and could not be compared.</summary>
    public long UnderWay { get; private set; }

    /// <summary>All that were found; the first <see cref="MostStored"/> are stored.</summary>
    public long Found { get; private set; }
    public List<Difference> Differences { get; private init; } = [];

    public static ReconciliationRun Start(DateTimeOffset now, Guid? askedBy) =>
        new() { Id = Guid.CreateVersion7(now), StartedAt = now, AskedBy = askedBy };

    public void Count(bool underWay)
    {
        Compared++;
        UnderWay += underWay ? 1 : 0;
    }

    public void Add(Difference difference)
    {
        if (++Found <= MostStored)
            Differences.Add(difference);
    }

    public void End(RunStatus status, DateTimeOffset now) => (Status, FinishedAt) = (status, now);
}

internal enum RecordKind
{
    Charge,
    Refund,
    Ledger,
}

/// <summary>A difference between two records. It is reported and never repaired by the program.</summary>
internal sealed class Difference
{
    public Guid Id { get; private init; }
    public Guid RunId { get; private init; }
    public RecordKind Record { get; private init; }
    public DifferenceKind Kind { get; private init; }

    /// <summary>The key by which the bank knows the charge or refund.</summary>
    public Guid BankKey { get; private init; }

    /// <summary>Null when we don't know what the bank charged or refunded for.</summary>
    public Guid? OrderId { get; private init; }
    public Side? Ours { get; private init; }
    public Side? Theirs { get; private init; }

    public static Difference Of(
        RecordKind record, DifferenceKind kind, Guid key, Guid? orderId, Side? ours, Side? theirs) => new()
        {
            Id = Guid.CreateVersion7(),
            Record = record,
            Kind = kind,
            BankKey = key,
            OrderId = orderId,
            Ours = ours,
            Theirs = theirs,
        };
}

internal static class ReconciliationTables
{
    public static ModelBuilder AddReconciliation(this ModelBuilder model)
    {
        model.Entity<ReconciliationRun>(run =>
        {
            run.Property(r => r.Id).ValueGeneratedNever();
            run.Property(r => r.Status).HasConversion<string>().HasMaxLength(20);
            run.HasMany(r => r.Differences).WithOne().HasForeignKey(d => d.RunId).OnDelete(DeleteBehavior.Cascade);
        });
        model.Entity<Difference>(difference =>
        {
            difference.ToTable("reconciliation_differences");
            difference.Property(d => d.Id).ValueGeneratedNever();
            difference.Property(d => d.Record).HasConversion<string>().HasMaxLength(20);
            difference.Property(d => d.Kind).HasConversion<string>().HasMaxLength(20);
            difference.ComplexProperty(d => d.Ours, side => side.ToJson("ours"));
            difference.ComplexProperty(d => d.Theirs, side => side.ToJson("theirs"));
        });
        return model;
    }
}
