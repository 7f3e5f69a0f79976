namespace Shop.Orders.Live;

/// <summary>Why a listener went on.</summary>
internal enum Wake
{
    /// <summary>Something may have changed.</summary>
    Changed,

    /// <summary>Nothing did for a while.</summary>
    Quiet,

    /// <summary>The client has gone, its token has expired, or this replica stops.</summary>
    End,
}

/// <summary>One connection that waits for changes.</summary>
internal sealed class OrderListener : IDisposable
{
    /// <summary>In this many quiet spells at the latest it looks by itself, whatever happened to the signals.</summary>
    private const int QuietUntilLook = 4;

    /// <summary>
    /// Heartbeats are due at this many moments of their period, not whenever a listener came: a thread that wakes for
    /// many of them costs less than one for each.
    /// </summary>
    private const int Moments = 15;

    private readonly SemaphoreSlim _changed = new(0);
    private readonly TimeSpan _heartbeat;
    private readonly TimeProvider _clock;
    private readonly Action<OrderListener> _onGone;
    private readonly CancellationTokenSource _expired;
    private readonly CancellationTokenSource _end;
    private int _signalled;
    private int _quiet;
    private int _gone;

    /// <param name="order">The one that it is about; null for all of the customer.</param>
    /// <param name="heartbeat">How long a quiet spell is.</param>
    /// <param name="life">How long the caller's token is still valid.</param>
    /// <param name="clock">Measures both.</param>
    /// <param name="onGone">Is called once.</param>
    /// <param name="ends">What else ends it.</param>
    public OrderListener(
        Guid? order, TimeSpan heartbeat, TimeSpan life, TimeProvider clock, Action<OrderListener> onGone,
        params ReadOnlySpan<CancellationToken> ends)
    {
        Order = order;
        _heartbeat = heartbeat;
        _clock = clock;
        _onGone = onGone;
        _expired = new(life > TimeSpan.Zero ? life : TimeSpan.Zero, clock);
        _end = CancellationTokenSource.CreateLinkedTokenSource([.. ends, _expired.Token]);
    }

    public Guid? Order { get; }

    /// <summary>Cheap, from any thread, as often as you like.</summary>
    public void Signal()
    {
        if (Interlocked.Exchange(ref _signalled, 1) == 0)
            _changed.Release();
    }

    public async Task<Wake> WaitAsync()
    {
        try
        {
            if (!await _changed.WaitAsync(UntilHeartbeat(), _end.Token))
                return Wake.Quiet;

            Volatile.Write(ref _signalled, 0);
            return Wake.Changed;
        }
        catch (OperationCanceledException)
        {
            return Wake.End;
        }
    }

    /// <summary>Whether it is time to look although nobody gave a signal.</summary>
    public bool ShouldLook() => ++_quiet % QuietUntilLook == 0;

    /// <summary>Looks at the end of the next quiet spell, since it could not now.</summary>
    public void LookSoon() => _quiet = QuietUntilLook - 1;

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _gone, 1) != 0)
            return;

        _onGone(this);
        _end.Dispose();
        _expired.Dispose();
    }

    // A whole period, less what has passed since the last of the moments.
    private TimeSpan UntilHeartbeat() =>
        _heartbeat - TimeSpan.FromTicks(_clock.GetElapsedTime(0).Ticks % (_heartbeat / Moments).Ticks);
}
