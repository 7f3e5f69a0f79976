using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.Tokens;

namespace Shop.ServiceDefaults;

/// <summary>
/// Logs why tokens are refused, which the caller is not told. At most one line per kind of reason every ten seconds,
/// since anybody can send any number of bad tokens. Of the token only its times are logged, because they show wrong
/// clocks.
/// </summary>
internal sealed partial class RejectedTokenLog(TimeProvider clock, ILogger<RejectedTokenLog> log)
{
    private static readonly TimeSpan LogInterval = TimeSpan.FromSeconds(10);
    private readonly ConcurrentDictionary<Type, Rejections> _rejections = new();

    public void Record(Exception reason)
    {
        var rejections = _rejections.GetOrAdd(reason.GetType(), static _ => new());
        long count;
        lock (rejections)
        {
            rejections.Count++;
            if (rejections.LoggedAt != 0 && clock.GetElapsedTime(rejections.LoggedAt) < LogInterval)
                return;

            count = rejections.Count;
            (rejections.LoggedAt, rejections.Count) = (clock.GetTimestamp(), 0);
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

    private sealed class Rejections
    {
        public long LoggedAt { get; set; }

        public long Count { get; set; }
    }
}
