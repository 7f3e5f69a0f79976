using Microsoft.Extensions.Hosting;

namespace Aspire.StackExchange.Redis;

/// <summary>A registered Redis client, to add to.</summary>
/// <param name="hostBuilder">The application.</param>
/// <param name="settings">The client's settings.</param>
/// <param name="serviceKey">The client's key, if it has one.</param>
public sealed class AspireRedisClientBuilder(
    IHostApplicationBuilder hostBuilder, StackExchangeRedisSettings settings, string? serviceKey)
{
    /// <summary>The application.</summary>
    public IHostApplicationBuilder HostBuilder { get; } =
        hostBuilder ?? throw new ArgumentNullException(nameof(hostBuilder));

    /// <summary>The client's settings.</summary>
    public StackExchangeRedisSettings Settings { get; } = settings;

    /// <summary>The client's key; null when it has none.</summary>
    public string? ServiceKey { get; } = serviceKey;
}
