using System.ComponentModel.DataAnnotations;

namespace Shop.Messaging;

/// <summary>Limits and times of a module's messaging; section <c>&lt;Module&gt;:Messaging</c>.</summary>
internal sealed class MessagingOptions : IValidatableObject
{
    private static readonly TimeSpan[] DefaultRetryDelays =
        [TimeSpan.FromSeconds(0.2), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(15)];

    /// <summary>How many entries are read at once.</summary>
    [Range(1, 1000)]
    public int ReadBatch { get; set; } = 100;

    /// <summary>How many messages, each of another subject, share one transaction at most.</summary>
    [Range(1, 1000)]
    public int HandleBatch { get; set; } = 64;

    /// <summary>How many transactions of one stream are under way at the same time.</summary>
    [Range(1, 64)]
    public int Parallelism { get; set; } = 8;

    /// <summary>How many entries of a stream this process holds at most, with those that wait for a retry.</summary>
    public int MaxHeld { get; set; } = 1000;

    /// <summary>The pauses before the second, third … attempt. When the last one fails: dead letter.</summary>
    public IReadOnlyList<TimeSpan>? RetryDelays { get; set; }

    /// <summary>How long handlers may take to finish when the process is asked to end.</summary>
    public TimeSpan ShutdownTimeout { get; set; } = TimeSpan.FromSeconds(12);

    // Not the default of the property: the configuration binder appends to a list that has elements.
    public IReadOnlyList<TimeSpan> EffectiveRetryDelays => RetryDelays ?? DefaultRetryDelays;

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (MaxHeld < ReadBatch)
            yield return new("MaxHeld must not be less than ReadBatch.");

        if (!EffectiveRetryDelays.All(delay => delay > TimeSpan.Zero))
            yield return new("RetryDelays must be positive.");

        if (ShutdownTimeout <= TimeSpan.Zero || ShutdownTimeout > TimeSpan.FromSeconds(20))
            yield return new("ShutdownTimeout must be more than 0 and at most 20 seconds.");
    }
}
