namespace Shop.Gateway.Limits;

/// <summary>
/// Counts the requests of one caller in one window: those of this replica, and those of all other replicas as last read
/// from Redis. Each own request is published at most once: if it is lost on the way, the others miss it, this replica
/// does not.
/// </summary>
internal sealed class RequestCounter
{
    private readonly Lock _lock = new();
    private long _own;
    private long _published;
    private long _others;

    public long Total
    {
        get
        {
            lock (_lock)
                return _own + _others;
        }
    }

    /// <summary>Counts one more unless there would be more than <paramref name="most"/>.</summary>
    /// <param name="most">The limit. A fraction when the previous window still counts in part.</param>
    /// <param name="total">The number of requests, including this one if it was counted.</param>
    public bool TryAdd(double most, out long total)
    {
        lock (_lock)
        {
            total = _own + _others;
            if (total + 1 > most)
                return false;

            _own++;
            total++;
            return true;
        }
    }

    /// <summary>
    /// The requests that are not published yet, and marks them as published; 0 when there are fewer than
    /// <paramref name="least"/>.
    /// </summary>
    public long TakeDelta(long least)
    {
        lock (_lock)
        {
            var delta = _own - _published;
            if (delta < least)
                return 0;

            _published = _own;
            return delta;
        }
    }

    /// <summary>Takes over the sum of all replicas, which includes what this one has published.</summary>
    public void Merge(long all)
    {
        lock (_lock)
            _others = Math.Max(_others, all - _published);
    }
}
