namespace Shop.Gateway.Limits;

/// <summary>
/// The requests of one caller in one window: what we counted ourselves and what others were last heard to have counted.
/// Every request of ours is told to the others at most once; one that gets lost on the way is missing there, not here.
/// </summary>
internal sealed class Count
{
    private readonly Lock _changing = new();
    private long _own;
    private long _told;
    private long _others;

    public long Total
    {
        get
        {
            lock (_changing)
                return _own + _others;
        }
    }

    /// <summary>Counts one more unless there would be more than <paramref name="most"/>.</summary>
    /// <param name="most">May be a fraction: what the window before has left.</param>
    /// <param name="total">With this one, if it was counted.</param>
    public bool TryAdd(double most, out long total)
    {
        lock (_changing)
        {
            total = _own + _others;
            if (total + 1 > most)
                return false;

            _own++;
            total++;
            return true;
        }
    }

    /// <summary>What the others don't know yet, if it is worth telling; from now on it counts as told.</summary>
    public long TakeNews(long least)
    {
        lock (_changing)
        {
            var news = _own - _told;
            if (news < least)
                return 0;

            _told = _own;
            return news;
        }
    }

    /// <summary>Takes in what all have counted together.</summary>
    public void Hear(long all)
    {
        lock (_changing)
            _others = Math.Max(_others, all - _told);
    }
}
