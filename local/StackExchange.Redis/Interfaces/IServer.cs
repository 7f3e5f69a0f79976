using System.Net;

namespace StackExchange.Redis;

/// <summary>One server. Commands that can harm it need <see cref="ConfigurationOptions.AllowAdmin"/>.</summary>
public partial interface IServer : IRedis
{
    /// <summary>Its address.</summary>
    EndPoint EndPoint { get; }

    /// <summary>Whether it is connected.</summary>
    bool IsConnected { get; }

    /// <summary>Sends a command by name.</summary>
    Task<RedisResult> ExecuteAsync(string command, params object[] args);

    /// <summary>Sends a command by name.</summary>
    Task<RedisResult> ExecuteAsync(string command, ICollection<object> args, CommandFlags flags = CommandFlags.None);

    /// <summary>Removes everything (FLUSHALL); needs admin.</summary>
    Task FlushAllDatabasesAsync(CommandFlags flags = CommandFlags.None);

    /// <summary>Removes everything of one database (FLUSHDB); needs admin.</summary>
    Task FlushDatabaseAsync(int database = -1, CommandFlags flags = CommandFlags.None);

    /// <summary>What the server says of itself, by section (INFO); needs admin.</summary>
    Task<IGrouping<string, KeyValuePair<string, string>>[]> InfoAsync(
        RedisValue section = default, CommandFlags flags = CommandFlags.None);

    /// <summary>What the server says of itself, as it comes (INFO); needs admin.</summary>
    Task<string?> InfoRawAsync(RedisValue section = default, CommandFlags flags = CommandFlags.None);
}
