using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.Tokens;

namespace Shop.ServiceDefaults;

/// <summary>
/// Tells the log why tokens are refused, which the caller is not told. One line for each kind of reason in a while,
/// since anybody can send as many bad tokens as they like; and nothing of the token but its times, which tell of wrong
/// clocks.
/// </summary>
internal sealed partial class TokenRefusals(TimeProvider clock, ILogger<TokenRefusals> log)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);
    private readonly ConcurrentDictionary<Type, Since> _since = new();

    public void Note(Exception reason)
    {
        var since = _since.GetOrAdd(reason.GetType(), static _ => new());
        long count;
        lock (since)
        {
            since.Count++;
            if (since.At != 0 && clock.GetElapsedTime(since.At) < Pause)
                return;

            count = since.Count;
            (since.At, since.Count) = (clock.GetTimestamp(), 0);
        }

        LogRefused(count, Explain(reason));
    }

    private string Explain(Exception reason) => reason switch
    {
        SecurityTokenInvalidLifetimeException wrong => string.Create(
            CultureInfo.InvariantCulture,
            $"its time ends at {wrong.Expires:O}, and here it is {clock.GetUtcNow().UtcDateTime:O}"),
        SecurityTokenSignatureKeyNotFoundException => "it names a key that is not known here",
        SecurityTokenInvalidSignatureException => "its signature is wrong",
        SecurityTokenException or KeysUnknownException => reason.GetType().Name,
        _ => "it does not have the form of ours, or would live too long by the clock here",
    };

    [LoggerMessage(
        1, LogLevel.Information, "Refused {Count} tokens since the last such line; the last because {Reason}")]
    private partial void LogRefused(long count, string reason);

    private sealed class Since
    {
        public long At { get; set; }

        public long Count { get; set; }
    }
}
