using System.ComponentModel.DataAnnotations;

namespace Shop.Payments.Bank;

internal enum BankOutage
{
    None,

    /// <summary>Every call fails at once.</summary>
    Refuses,

    /// <summary>No call is ever answered.</summary>
    Hangs,
}

internal sealed class SimulatedBankOptions
{
    public const string Section = "Payments:Bank";

    /// <summary>How long every call takes.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:10:00")]
    public TimeSpan Latency { get; set; } = TimeSpan.FromMilliseconds(50);

    /// <summary>How long the bank is at a charge of tok_slow.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan SlowAnswer { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Puts the whole bank out of order, whatever the token. Read at every call.</summary>
    public BankOutage Outage { get; set; }
}
