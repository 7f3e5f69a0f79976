namespace StackExchange.Redis;

/// <summary>What every part of a connection can do.</summary>
public partial interface IRedisAsync
{
    /// <summary>The connection it belongs to.</summary>
    IConnectionMultiplexer Multiplexer { get; }

    /// <summary>Asks the server for a sign of life; how long that took.</summary>
    Task<TimeSpan> PingAsync(CommandFlags flags = CommandFlags.None);
}

/// <summary>What every part of a connection can do.</summary>
public partial interface IRedis : IRedisAsync
{
}

/// <summary>One numbered database.</summary>
public partial interface IDatabase : IRedis, IDatabaseAsync
{
    /// <summary>The number.</summary>
    int Database { get; }

    /// <summary>Collects commands that are sent together; await them only after <see cref="IBatch.Execute"/>.</summary>
    IBatch CreateBatch(object? asyncState = null);
}

/// <summary>Commands that are sent together, in order, without anything said about their success.</summary>
public interface IBatch : IDatabaseAsync
{
    /// <summary>Sends them.</summary>
    void Execute();
}
