using System.Collections.Concurrent;

namespace Shop.Tests.Chaos;

/// <summary>
/// How a call ended, as its caller sees it. Unknown: no answer, or one that leaves open whether it was carried out.
/// </summary>
public enum Outcome
{
    Invoked,
    Ok,
    Refused,
    Unknown,
}

/// <summary>One intention of a customer: an order with one key, however often it had to be sent.</summary>
public sealed class Intention(string key, Guid customer)
{
    private readonly Lock _lock = new();
    private int _sent;

    public string Key => key;

    public Guid Customer => customer;

    public Outcome Outcome { get; private set; } = Outcome.Invoked;

    public Guid? Order { get; private set; }

    public string? FirstAnswer { get; private set; }

    public int Sent => _sent;

    public bool Cancelled { get; set; }

    /// <summary>An answer to the same key that differs from the first one.</summary>
    public string? Contradiction { get; private set; }

    public void Send() => Interlocked.Increment(ref _sent);

    public void Confirmed(Guid order, string answer)
    {
        lock (_lock)
        {
            if (FirstAnswer is not null && FirstAnswer != answer)
                Contradiction ??= answer;

            FirstAnswer ??= answer;
            Order = order;
            Outcome = Outcome.Ok;
        }
    }

    /// <summary>Refused for good; what was open before stays so.</summary>
    public void Refused()
    {
        lock (_lock)
            Outcome = Outcome == Outcome.Invoked ? Outcome.Refused : Outcome;
    }

    public void LeftOpen()
    {
        lock (_lock)
            Outcome = Outcome == Outcome.Ok ? Outcome.Ok : Outcome.Unknown;
    }
}

/// <summary>What customers did and what they were told; written before and after each call.</summary>
public sealed class ClientHistory
{
    private readonly ConcurrentQueue<Intention> _intentions = new();
    private readonly ConcurrentQueue<int> _answers = new();
    private readonly ConcurrentQueue<string> _violations = new();

    public IReadOnlyCollection<Intention> Intentions => _intentions;

    /// <summary>The statuses in the order in which each came first, with how often; 0 is no answer.</summary>
    public IReadOnlyList<(int Status, int Count)> Statuses =>
    [
        .. _answers.GroupBy(status => status).Select(same => (same.Key, same.Count())),
    ];

    /// <summary>Answers that nobody should ever get.</summary>
    public IReadOnlyCollection<string> Violations => _violations;

    public Intention Begin(string key, Guid customer)
    {
        var intention = new Intention(key, customer);
        _intentions.Enqueue(intention);
        return intention;
    }

    /// <summary>
    /// I9: whatever is broken, a valid token is valid, and what can't be served is a problem that says "later".
    /// </summary>
    public void Answered(int status, string? mediaType = null)
    {
        _answers.Enqueue(status);
        if (status is 401 or 500 or > 504)
            _violations.Enqueue($"I9: a customer was answered {status}.");

        if (status >= 400 && mediaType != "application/problem+json")
            _violations.Enqueue($"I9: the answer {status} was {mediaType ?? "nothing"} and no problem.");
    }
}
