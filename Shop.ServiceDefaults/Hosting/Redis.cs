using Microsoft.Extensions.Hosting;
using StackExchange.Redis;

namespace Shop.ServiceDefaults;

/// <summary>The connection to Redis that all users of it in a process share.</summary>
public static class Redis
{
    /// <summary>
    /// The client drops a connection after four times this long without any data, so a connection that was cut silently
    /// is noticed within ten seconds. An answer that takes longer than this is useless anyway.
    /// </summary>
    private static readonly TimeSpan CommandTimeout = TimeSpan.FromSeconds(2);

    /// <summary>
    /// How often an idle connection is pinged, such as the one for wake-ups: only a missing reply shows that it is
    /// dead.
    /// </summary>
    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Adds <see cref="IConnectionMultiplexer"/> for the connection string <c>redis</c>; calls after the first do
    /// nothing. It adds no health check, because a service stays ready without Redis.
    /// </summary>
    /// <param name="builder">The host.</param>
    public static void AddRedis(this IHostApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        if (builder.Services.Any(service => service.ServiceType == typeof(IConnectionMultiplexer)))
            return;

        builder.AddRedisClient(
            "redis",
            settings => settings.DisableHealthChecks = true,
            options =>
            {
                options.AsyncTimeout = options.SyncTimeout = (int)CommandTimeout.TotalMilliseconds;
                options.KeepAlive = (int)KeepAlive.TotalSeconds;
                // Every user of Redis retries or does without it. Commands that are queued until there is a connection
                // would only delay requests and the shutdown.
                options.BacklogPolicy = BacklogPolicy.FailFast;
            });
    }
}
