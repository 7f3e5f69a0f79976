using System.ComponentModel.DataAnnotations;

namespace Shop.Messaging;

/// <summary>Limits and times of a module's messaging; section <c>&lt;Module&gt;:Messaging</c>.</summary>
internal sealed class MessagingOptions : IValidatableObject
{
    private static readonly TimeSpan[] DefaultRetryDelays =
        [TimeSpan.FromSeconds(0.2), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(15)];

    /// <summary>How many events the relay sends per transaction.</summary>
    [Range(1, 5000)]
    public int RelayBatch { get; set; } = 200;

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

    /// <summary>After this time without a sign of life of its consumer an entry is taken over by another.</summary>
    public TimeSpan MinIdle { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long entries stay in a stream although all groups are done with them.</summary>
    public TimeSpan StreamAge { get; set; } = TimeSpan.FromHours(1);

    /// <summary>How long entries wait in a stream that has no group yet.</summary>
    public TimeSpan UnreadAge { get; set; } = TimeSpan.FromDays(7);

    /// <summary>How long a handled message is remembered: longer than it could be delivered again.</summary>
    public TimeSpan InboxAge { get; set; } = TimeSpan.FromDays(7);

    /// <summary>How long an event is kept that all subscribers have recorded: for one that comes later.</summary>
    public TimeSpan SentAge { get; set; } = TimeSpan.FromDays(1);

    /// <summary>How long handlers may take to finish when the process is asked to end.</summary>
    public TimeSpan ShutdownTimeout { get; set; } = TimeSpan.FromSeconds(12);

    /// <summary>
    /// How long an event is kept that a subscriber has not recorded, and a subscriber that is not there: shorter than
    /// the others remember that they have handled it.
    /// </summary>
    public TimeSpan UnrecordedAge => InboxAge - TimeSpan.FromDays(1);

    // Not the default of the property: the configuration binder appends to a list that has elements.
    public IReadOnlyList<TimeSpan> EffectiveRetryDelays => RetryDelays ?? DefaultRetryDelays;

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        List<ValidationResult> flaws = [];
        Check(MaxHeld >= ReadBatch, "MaxHeld must not be less than ReadBatch.");
        Check(EffectiveRetryDelays.All(delay => delay > TimeSpan.Zero), "RetryDelays must be positive.");
        Check(MinIdle >= TimeSpan.FromSeconds(5), "MinIdle must be at least 5 seconds.");
        Check(StreamAge >= TimeSpan.Zero, "StreamAge must not be negative.");
        Check(UnreadAge >= StreamAge, "UnreadAge must not be less than StreamAge.");
        Check(InboxAge >= TimeSpan.FromDays(2), "InboxAge must be at least two days.");
        Check(
            SentAge >= TimeSpan.Zero && SentAge <= UnrecordedAge,
            "SentAge must be from zero to a day less than InboxAge.");
        Check(
            ShutdownTimeout > TimeSpan.Zero && ShutdownTimeout <= TimeSpan.FromSeconds(20),
            "ShutdownTimeout must be more than 0 and at most 20 seconds.");
        return flaws;

        void Check(bool holds, string flaw)
        {
            if (!holds)
                flaws.Add(new(flaw));
        }
    }
}
