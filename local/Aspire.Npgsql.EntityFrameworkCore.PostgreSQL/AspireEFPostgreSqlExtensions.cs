using Aspire.Npgsql.EntityFrameworkCore.PostgreSQL;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Microsoft.Extensions.Hosting;

/// <summary>Connects contexts of Entity Framework Core to Postgres.</summary>
public static class AspireEFPostgreSqlExtensions
{
    /// <summary>
    /// Registers a pooled context on the connection string of that name, with retries, a health check named after the
    /// context, traces and metrics.
    /// </summary>
    /// <remarks>
    /// The settings are read from <c>Aspire:Npgsql:EntityFrameworkCore:PostgreSQL</c>, then from its subsections named
    /// after the connection and after the context; <c>ConnectionStrings</c> wins over these and the delegate over all.
    /// </remarks>
    /// <typeparam name="TContext">The context.</typeparam>
    /// <param name="builder">The host.</param>
    /// <param name="connectionName">
    /// The name of the connection string. One that is missing shows when the first context is made.
    /// </param>
    /// <param name="configureSettings">Changes the settings.</param>
    /// <param name="configureDbContextOptions">Changes the options of the context.</param>
    /// <exception cref="InvalidOperationException">The context is already registered.</exception>
    public static void AddNpgsqlDbContext<TContext>(
        this IHostApplicationBuilder builder,
        string connectionName,
        Action<NpgsqlEntityFrameworkCorePostgreSQLSettings>? configureSettings = null,
        Action<DbContextOptionsBuilder>? configureDbContextOptions = null)
        where TContext : DbContext
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(connectionName);
        if (ContextSettings.IsRegistered<TContext>(builder.Services))
        {
            throw new InvalidOperationException(
                $"{typeof(TContext).Name} is already registered; "
                + "call EnrichNpgsqlDbContext to add health checks and telemetry.");
        }

        var settings = ContextSettings.Read<TContext>(builder.Configuration, connectionName);
        if (builder.Configuration.GetConnectionString(connectionName) is { } connectionString)
            settings.ConnectionString = connectionString;
        configureSettings?.Invoke(settings);

        builder.Services.AddDbContextPool<TContext>(options =>
        {
            options.UseNpgsql(ContextSettings.RequireConnectionString<TContext>(settings, connectionName), npgsql =>
            {
                if (!settings.DisableRetry)
                    npgsql.EnableRetryOnFailure();
                if (settings.CommandTimeout is { } seconds)
                    npgsql.CommandTimeout(seconds);
            });
            configureDbContextOptions?.Invoke(options);
        });
        builder.ObserveContext<TContext>(settings);
    }

    /// <summary>
    /// Adds retries, health check, traces and metrics to a context that was registered in another way.
    /// </summary>
    /// <typeparam name="TContext">The context.</typeparam>
    /// <param name="builder">The host.</param>
    /// <param name="configureSettings">Changes the settings.</param>
    /// <exception cref="InvalidOperationException">
    /// The context is not registered, or it has another execution strategy or command timeout than the settings ask
    /// for.
    /// </exception>
    public static void EnrichNpgsqlDbContext<TContext>(
        this IHostApplicationBuilder builder,
        Action<NpgsqlEntityFrameworkCorePostgreSQLSettings>? configureSettings = null)
        where TContext : DbContext
    {
        ArgumentNullException.ThrowIfNull(builder);
        var settings = ContextSettings.Read<TContext>(builder.Configuration, connectionName: null);
        configureSettings?.Invoke(settings);

        if (!settings.DisableRetry || settings.CommandTimeout is not null)
        {
            if (!ContextSettings.IsRegistered<TContext>(builder.Services))
            {
                throw new InvalidOperationException(
                    $"{typeof(TContext).Name} is not registered, so it can't be enriched.");
            }

            builder.Services.ConfigureDbContext<TContext>(options =>
                ContextEnrichment.Apply<TContext>(options, settings));
        }

        builder.ObserveContext<TContext>(settings);
    }
}
