namespace Shop.Orders.Live;

/// <summary>Limits of live updates, for each replica; section <c>Orders:Live</c>.</summary>
internal sealed class LiveOptions
{
    /// <summary>
    /// After this long without a change a heartbeat is sent: sooner than the gateway, a proxy or a phone gives a silent
    /// connection up.
    /// </summary>
    public TimeSpan Heartbeat { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>Connections of one user; a browser has one for each open tab.</summary>
    public int PerUser { get; set; } = 10;

    /// <summary>Connections of all users together.</summary>
    public int Total { get; set; } = 5000;

    // The gateway ends a connection that was silent for 30 seconds.
    public bool AreValid => Heartbeat > TimeSpan.Zero && Heartbeat < TimeSpan.FromSeconds(30)
        && PerUser > 0 && Total >= PerUser;
}
