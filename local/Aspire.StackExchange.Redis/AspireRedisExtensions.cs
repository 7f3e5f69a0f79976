using Aspire.StackExchange.Redis;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace Microsoft.Extensions.Hosting;

/// <summary>Registers Redis clients.</summary>
public static class AspireRedisExtensions
{
    private const string Section = "Aspire:StackExchange:Redis";

    /// <summary>Registers a single <see cref="IConnectionMultiplexer"/>, made at its first use, and its health check.</summary>
    /// <param name="builder">The application.</param>
    /// <param name="connectionName">The name of the connection string, and of the section with this client's settings.</param>
    /// <param name="configureSettings">Changes the settings last.</param>
    /// <param name="configureOptions">Changes the options of the connection last.</param>
    public static void AddRedisClient(
        this IHostApplicationBuilder builder,
        string connectionName,
        Action<StackExchangeRedisSettings>? configureSettings = null,
        Action<ConfigurationOptions>? configureOptions = null) =>
        Add(builder, connectionName, null, configureSettings, configureOptions);

    /// <summary>Registers a single <see cref="IConnectionMultiplexer"/>, made at its first use, and its health check.</summary>
    /// <param name="builder">The application.</param>
    /// <param name="connectionName">The name of the connection string, and of the section with this client's settings.</param>
    /// <param name="configureSettings">Changes the settings last.</param>
    /// <param name="configureOptions">Changes the options of the connection last.</param>
    /// <returns>The registered client.</returns>
    public static AspireRedisClientBuilder AddRedisClientBuilder(
        this IHostApplicationBuilder builder,
        string connectionName,
        Action<StackExchangeRedisSettings>? configureSettings = null,
        Action<ConfigurationOptions>? configureOptions = null) =>
        Add(builder, connectionName, null, configureSettings, configureOptions);

    /// <summary>Registers a keyed <see cref="IConnectionMultiplexer"/>, made at its first use, and its health check.</summary>
    /// <param name="builder">The application.</param>
    /// <param name="name">The key, which is also the name of the connection string and of the section.</param>
    /// <param name="configureSettings">Changes the settings last.</param>
    /// <param name="configureOptions">Changes the options of the connection last.</param>
    public static void AddKeyedRedisClient(
        this IHostApplicationBuilder builder,
        string name,
        Action<StackExchangeRedisSettings>? configureSettings = null,
        Action<ConfigurationOptions>? configureOptions = null) =>
        Add(builder, name, name, configureSettings, configureOptions);

    /// <summary>Registers a keyed <see cref="IConnectionMultiplexer"/>, made at its first use, and its health check.</summary>
    /// <param name="builder">The application.</param>
    /// <param name="name">The key, which is also the name of the connection string and of the section.</param>
    /// <param name="configureSettings">Changes the settings last.</param>
    /// <param name="configureOptions">Changes the options of the connection last.</param>
    /// <returns>The registered client.</returns>
    public static AspireRedisClientBuilder AddKeyedRedisClientBuilder(
        this IHostApplicationBuilder builder,
        string name,
        Action<StackExchangeRedisSettings>? configureSettings = null,
        Action<ConfigurationOptions>? configureOptions = null) =>
        Add(builder, name, name, configureSettings, configureOptions);

    private static AspireRedisClientBuilder Add(
        IHostApplicationBuilder builder,
        string connectionName,
        string? serviceKey,
        Action<StackExchangeRedisSettings>? configureSettings,
        Action<ConfigurationOptions>? configureOptions)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(connectionName);
        var section = builder.Configuration.GetSection(Section);
        var settings = new StackExchangeRedisSettings();
        section.Bind(settings);
        section.GetSection(connectionName).Bind(settings);
        settings.ConnectionString = builder.Configuration.GetConnectionString(connectionName) ?? settings.ConnectionString;
        configureSettings?.Invoke(settings);

        // Two modules in one process may both ask for the client: the last connection string wins, every change is applied.
        var optionsName = serviceKey ?? Options.Options.DefaultName;
        builder.Services.AddKeyedSingleton(optionsName, new ClientSettings(settings, connectionName));
        builder.Services.TryAddTransient<IOptionsFactory<ConfigurationOptions>, ConfigurationOptionsFactory>();
        builder.Services.Configure<ConfigurationOptions>(optionsName, options =>
        {
            section.GetSection("ConfigurationOptions").Bind(options);
            section.GetSection(connectionName).GetSection("ConfigurationOptions").Bind(options);
            configureOptions?.Invoke(options);
        });

        if (serviceKey is null)
        {
            builder.Services.AddSingleton<IConnectionMultiplexer>(services => Connect(services, optionsName));
        }
        else
        {
            builder.Services.AddKeyedSingleton<IConnectionMultiplexer>(
                serviceKey, (services, _) => Connect(services, optionsName));
        }

        if (!settings.DisableAutoActivation)
        {
            builder.Services.AddHostedService(services => new Activation(services, serviceKey));
        }

        if (!settings.DisableHealthChecks)
        {
            AddHealthCheck(builder, connectionName, serviceKey);
        }

        return new(builder, settings, serviceKey);
    }

    private static void AddHealthCheck(IHostApplicationBuilder builder, string connectionName, string? serviceKey)
    {
        var name = serviceKey is null ? "StackExchange.Redis" : $"StackExchange.Redis_{connectionName}";
        if (builder.Properties.TryAdd($"Aspire.HealthChecks.{name}", true))
        {
            builder.Services.AddHealthChecks().Add(new HealthCheckRegistration(
                name, services => new RedisHealthCheck(() => Resolve(services, serviceKey)), failureStatus: null, tags: null));
        }
    }

    private static IConnectionMultiplexer Resolve(IServiceProvider services, string? serviceKey) => serviceKey is null
        ? services.GetRequiredService<IConnectionMultiplexer>()
        : services.GetRequiredKeyedService<IConnectionMultiplexer>(serviceKey);

    private static ConnectionMultiplexer Connect(IServiceProvider services, string optionsName)
    {
        var options = services.GetRequiredService<IOptionsMonitor<ConfigurationOptions>>().Get(optionsName);
        if (options.EndPoints.Count == 0)
        {
            var name = services.GetRequiredKeyedService<ClientSettings>(optionsName).ConnectionName;
            throw new InvalidOperationException(
                $"No endpoints specified. Ensure a valid connection string was provided in 'ConnectionStrings:{name}' or for the '{Section}:ConnectionString' configuration key.");
        }

        options.LoggerFactory ??= services.GetService<ILoggerFactory>();
        return ConnectionMultiplexer.Connect(options);
    }

    private sealed record ClientSettings(StackExchangeRedisSettings Settings, string ConnectionName);

    private sealed class ConfigurationOptionsFactory(
        IServiceProvider services,
        IEnumerable<IConfigureOptions<ConfigurationOptions>> setups,
        IEnumerable<IPostConfigureOptions<ConfigurationOptions>> postConfigures,
        IEnumerable<IValidateOptions<ConfigurationOptions>> validations)
        : OptionsFactory<ConfigurationOptions>(setups, postConfigures, validations)
    {
        protected override ConfigurationOptions CreateInstance(string name)
        {
            var options = services.GetKeyedService<ClientSettings>(name)?.Settings.ConnectionString is { Length: > 0 } text
                ? ConfigurationOptions.Parse(text)
                : base.CreateInstance(name);

            // A server that starts later than its clients is normal: they connect when it is there.
            options.DefaultAbortOnConnectFail(false);
            return options;
        }
    }

    private sealed class Activation(IServiceProvider services, string? serviceKey) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken)
        {
            _ = Resolve(services, serviceKey);
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
