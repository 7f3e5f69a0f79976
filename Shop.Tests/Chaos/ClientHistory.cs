using System.Collections.Concurrent;

namespace Shop.Tests.Chaos;

/// <summary>How a call ended, as its caller sees it. Unknown: no answer, or one that leaves open whether it was carried out.</summary>
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
    public string Key => key;

    public Guid Customer => customer;

    public Outcome Outcome { get; set; } = Outcome.Invoked;

    public Guid? Order { get; set; }

    public string? FirstAnswer { get; set; }

    public int Sent { get; set; }

    public bool Cancelled { get; set; }

    /// <summary>An answer to the same key that differs from the first one.</summary>
    public string? Contradiction { get; set; }
}

/// <summary>What customers did and what they were told; written before and after each call.</summary>
public sealed class ClientHistory
{
    private readonly ConcurrentQueue<Intention> _intentions = new();
    private readonly ConcurrentDictionary<int, int> _statuses = new();

    public IReadOnlyCollection<Intention> Intentions => _intentions;

    public IReadOnlyDictionary<int, int> Statuses => _statuses;

    public Intention Begin(string key, Guid customer)
    {
        var intention = new Intention(key, customer);
        _intentions.Enqueue(intention);
        return intention;
    }

    public void Answered(int status) => _statuses.AddOrUpdate(status, 1, (_, count) => count + 1);
}
