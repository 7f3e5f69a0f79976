using System.ComponentModel.DataAnnotations;

namespace Shop.Payments.Bank;

internal enum BankOutage
{
    None,

    /// <summary>Every call fails at once.</summary>
    Refuses,

    /// <summary>No call is ever answered.</summary>
    Hangs,

    /// <summary>Every call is turned away without effect, with <see cref="SimulatedBankOptions.RetryAfter"/>.</summary>
    TurnsAway,

    /// <summary>Every call has its effect, and its answer is lost.</summary>
    LosesAnswers,

    /// <summary>Charges and refunds work; what became of one can't be asked.</summary>
    AnswersNoQuestions,
}

/// <summary>
/// How the simulated bank behaves. Read at every call, so it can be changed while the service runs: in the file that
/// Payments:Bank:File names, which is watched and overrides all other settings.
/// </summary>
internal sealed class SimulatedBankOptions
{
    public const string Section = "Payments:Bank";

    /// <summary>How long every call takes.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:10:00")]
    public TimeSpan Latency { get; set; } = TimeSpan.FromMilliseconds(50);

    /// <summary>How long the bank works on a charge of tok_slow.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan SlowAnswer { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Puts the whole bank out of order, whatever the token.</summary>
    public BankOutage Outage { get; set; }

    /// <summary>When a bank that turns calls away wants to be asked again.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan RetryAfter { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>For how long a question by key does not find a charge that the bank has booked.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan ShowsChargesAfter { get; set; }
}
