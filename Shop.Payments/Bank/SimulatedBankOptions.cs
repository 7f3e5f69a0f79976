using System.ComponentModel.DataAnnotations;

namespace Shop.Payments.Bank;

internal enum BankOutage
{
    None,

    /// <summary>Every call fails at once.</summary>
    Refuses,

    /// <summary>No call is ever answered.</summary>
    Hangs,

    /// <summary>Every call is turned away undone, with <see cref="SimulatedBankOptions.RetryAfter"/>.</summary>
    TurnsAway,

    /// <summary>Every call has its effect, and its answer is lost.</summary>
    LosesAnswers,

    /// <summary>Charges and refunds work; what became of one can't be asked.</summary>
    AnswersNoQuestions,
}

/// <summary>
/// How the simulated bank behaves. Read at every call, so it can be changed while the bank is open: in the file that
/// Payments:Bank:File names, which is watched and goes before all other settings.
/// </summary>
internal sealed class SimulatedBankOptions
{
    public const string Section = "Payments:Bank";

    /// <summary>How long every call takes.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:10:00")]
    public TimeSpan Latency { get; set; } = TimeSpan.FromMilliseconds(50);

    /// <summary>How long the bank is at a charge of tok_slow.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan SlowAnswer { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Puts the whole bank out of order, whatever the token.</summary>
    public BankOutage Outage { get; set; }

    /// <summary>When a bank that turns calls away wants to be asked again.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan RetryAfter { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>For how long the bank denies a charge that it has booked.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan ShowsChargesAfter { get; set; }
}
