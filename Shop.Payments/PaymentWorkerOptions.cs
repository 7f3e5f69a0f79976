using System.ComponentModel.DataAnnotations;

namespace Shop.Payments;

/// <summary>How many calls to the bank run at a time, and how long they may take.</summary>
internal sealed class PaymentWorkerOptions : IValidatableObject
{
    public const string Section = "Payments:Calls";

    /// <summary>
    /// Calls at a time. A call that hangs holds a slot but no thread and no connection, so this can be generous.
    /// </summary>
    [Range(1, 1000)]
    public int Parallel { get; set; } = 64;

    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>
    /// After this time without a result the worker is taken for dead, and another one asks the bank what became of the
    /// call.
    /// </summary>
    public TimeSpan Lease { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How often the table is read when nothing wakes the worker.</summary>
    public TimeSpan Interval { get; set; } = TimeSpan.FromSeconds(2);

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Timeout < TimeSpan.FromSeconds(0.1) || Timeout > TimeSpan.FromMinutes(1))
            yield return new("The time-out must be between 0.1 s and 1 min.", [nameof(Timeout)]);

        if (Lease < 2 * Timeout)
        {
            yield return new(
                "The lease must be at least twice the time-out, else calls that are under way are taken for lost.",
                [nameof(Lease)]);
        }

        if (Interval < TimeSpan.FromSeconds(0.05) || Interval > TimeSpan.FromMinutes(1))
            yield return new("The interval must be between 0.05 s and 1 min.", [nameof(Interval)]);
    }
}
