using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Aspire.Npgsql.EntityFrameworkCore.PostgreSQL;

/// <summary>Where the settings of a context come from.</summary>
internal static class ContextSettings
{
    private const string Section = "Aspire:Npgsql:EntityFrameworkCore:PostgreSQL";

    public static NpgsqlEntityFrameworkCorePostgreSQLSettings Read<TContext>(
        IConfiguration configuration,
        string? connectionName)
    {
        var settings = new NpgsqlEntityFrameworkCorePostgreSQLSettings();
        var general = configuration.GetSection(Section);
        general.Bind(settings);
        if (connectionName is not null)
            general.GetSection(connectionName).Bind(settings);
        general.GetSection(typeof(TContext).Name).Bind(settings);
        return settings;
    }

    public static bool IsRegistered<TContext>(IServiceCollection services)
        where TContext : DbContext =>
        services.Any(service => service.ServiceType == typeof(DbContextOptions<TContext>) && !service.IsKeyedService);

    public static string RequireConnectionString<TContext>(
        NpgsqlEntityFrameworkCorePostgreSQLSettings settings,
        string connectionName)
    {
        // The design-time tools make contexts without ever connecting.
        if (!string.IsNullOrWhiteSpace(settings.ConnectionString) || EF.IsDesignTime)
            return settings.ConnectionString ?? "";

        throw new InvalidOperationException(
            $"{typeof(TContext).Name} has no connection string: set 'ConnectionStrings:{connectionName}', "
            + $"or 'ConnectionString' in the section '{Section}' or '{Section}:{typeof(TContext).Name}'.");
    }
}
