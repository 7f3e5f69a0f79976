using System.Net;

namespace StackExchange.Redis.Internal;

/// <summary>One of the servers; only the connected one can be spoken to.</summary>
internal sealed class Server(ConnectionMultiplexer multiplexer, EndPoint endPoint) : IServer
{
    public EndPoint EndPoint { get; } = endPoint;

    public IConnectionMultiplexer Multiplexer => multiplexer;

    public bool IsConnected => multiplexer.IsConnected && IsTheOne;

    private bool IsTheOne => multiplexer.Options.EndPoints.Count == 1 || EndPoint.Equals(multiplexer.Commands.EndPoint);

    public Task<RedisResult> ExecuteAsync(string command, params object[] args) =>
        ExecuteAsync(command, args, CommandFlags.None);

    public Task<RedisResult> ExecuteAsync(
        string command, ICollection<object> args, CommandFlags flags = CommandFlags.None) =>
        IsTheOne
            ? multiplexer.GetDatabase().ExecuteAsync(command, args, flags)
            : throw new RedisConnectionException(
                ConnectionFailureType.UnableToResolvePhysicalConnection,
                $"{EndPointCollection.ToString(EndPoint)} is not the server that is connected.");

    public async Task<TimeSpan> PingAsync(CommandFlags flags = CommandFlags.None)
    {
        var began = TimeProvider.System.GetTimestamp();
        await ExecuteAsync("PING", [], flags);
        return TimeProvider.System.GetElapsedTime(began);
    }

    public Task FlushAllDatabasesAsync(CommandFlags flags = CommandFlags.None) => ExecuteAsync("FLUSHALL", [], flags);

    public Task FlushDatabaseAsync(int database = -1, CommandFlags flags = CommandFlags.None) =>
        multiplexer.GetDatabase(database).ExecuteAsync("FLUSHDB", [], flags);

    public async Task<string?> InfoRawAsync(RedisValue section = default, CommandFlags flags = CommandFlags.None) =>
        (string?)await ExecuteAsync("INFO", section.IsNullOrEmpty ? [] : [section], flags);

    public async Task<IGrouping<string, KeyValuePair<string, string>>[]> InfoAsync(
        RedisValue section = default, CommandFlags flags = CommandFlags.None)
    {
        var text = await InfoRawAsync(section, flags) ?? "";
        var heading = "miscellaneous";
        List<(string Heading, KeyValuePair<string, string> Entry)> entries = [];
        foreach (var line in text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (line[0] == '#')
            {
                heading = line[1..].Trim();
            }
            else if (line.IndexOf(':', StringComparison.Ordinal) is > 0 and var colon)
            {
                entries.Add((heading, new(line[..colon], line[(colon + 1)..])));
            }
        }

        return [.. entries.GroupBy(entry => entry.Heading, entry => entry.Entry)];
    }
}
