using System.Collections.Concurrent;

namespace Shop.Gateway.Limits;

/// <summary>
/// All counts of one stretch of time. So many callers have a count of their own; if more come, as from somebody with
/// countless addresses, the late ones share some, so that neither memory nor what is admitted is without end.
/// </summary>
internal sealed class CountingWindow(long index)
{
    private const int MostCallers = 20_000;
    private const int Shared = 1024;

    private readonly ConcurrentDictionary<string, Count> _callers = new();
    private readonly Lazy<Count[]> _latecomers = new(() => [.. Enumerable.Range(0, Shared).Select(_ => new Count())]);
    private int _taken;

    public long Index => index;

    public IEnumerable<KeyValuePair<string, Count>> Callers => _callers;

    public Count Of(string caller)
    {
        if (_callers.TryGetValue(caller, out var known))
            return known;

        if (Volatile.Read(ref _taken) < MostCallers && Interlocked.Increment(ref _taken) <= MostCallers)
            return _callers.GetOrAdd(caller, static _ => new());

        return Latecomer(caller);
    }

    /// <summary>What was counted, without making room for a caller who was not there.</summary>
    public long TotalOf(string caller) =>
        _callers.TryGetValue(caller, out var known) ? known.Total : _latecomers.IsValueCreated ? Latecomer(caller).Total : 0;

    private Count Latecomer(string caller) => _latecomers.Value[(uint)caller.GetHashCode(StringComparison.Ordinal) % Shared];
}
