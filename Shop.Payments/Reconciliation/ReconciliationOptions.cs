using System.ComponentModel.DataAnnotations;

namespace Shop.Payments.Reconciliation;

internal sealed class ReconciliationOptions
{
    public const string Section = "Payments:Reconciliation";

    /// <summary>From the start of one scheduled run to the start of the next, by the database's clock.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "30.00:00:00")]
    public TimeSpan Interval { get; set; } = TimeSpan.FromHours(1);

    /// <summary>Younger payments are skipped: a bank may take a while until its records show a charge.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "7.00:00:00")]
    public TimeSpan Grace { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>For how long reports are kept.</summary>
    [Range(typeof(TimeSpan), "1.00:00:00", "3650.00:00:00")]
    public TimeSpan Retention { get; set; } = TimeSpan.FromDays(90);
}
