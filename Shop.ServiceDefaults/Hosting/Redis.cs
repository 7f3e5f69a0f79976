using Microsoft.Extensions.Hosting;
using StackExchange.Redis;

namespace Shop.ServiceDefaults;

/// <summary>The connection to Redis that all users of it in a process share.</summary>
public static class Redis
{
    /// <summary>
    /// The client gives up a connection by which nothing has come for four of these times: within ten seconds, be it
    /// cut without a word. An answer that takes so long is late in any case.
    /// </summary>
    private static readonly TimeSpan CommandTimeout = TimeSpan.FromSeconds(2);

    /// <summary>
    /// A connection that nobody uses, such as that of the wake-ups, is asked so often: only an answer that does not
    /// come shows that it is dead.
    /// </summary>
    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Adds <see cref="IConnectionMultiplexer"/> for the connection string <c>redis</c>; calls after the first do
    /// nothing. Redis being away must not make a service unready, so it is no health check.
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
                // Whoever uses Redis tries again or does without. Commands that wait for a connection would only make
                // requests, and the end of the process, wait with them.
                options.BacklogPolicy = BacklogPolicy.FailFast;
            });
    }
}
