using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;

namespace Aspire.Hosting.Local;

/// <summary>Healthy means: a new connection can sign in to the database and gets an answer to a query.</summary>
internal sealed class PostgresHealthCheck(
    PostgresServerResource server, Func<CancellationToken, ValueTask<string?>> connectionString) : IHealthCheck
{
    private const int TimeoutSeconds = 5;

    public async Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            if (server.DataFolder is { } data && !PostgresCluster.TakesConnections(data))
                return HealthCheckResult.Unhealthy("The server is starting.");

            await using var connection = await OpenAsync(await connectionString(cancellationToken), cancellationToken);
            await using var command = new NpgsqlCommand("SELECT 1", connection);
            await command.ExecuteScalarAsync(cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (PostgresException refused) when (refused.SqlState == PostgresErrorCodes.InvalidPassword)
        {
            return HealthCheckResult.Unhealthy(
                "The data was created with another password. Set the parameter to the old one, or delete the data volume.", refused);
        }
        catch (Exception failure) when (failure is NpgsqlException or TimeoutException or InvalidOperationException or IOException)
        {
            return HealthCheckResult.Unhealthy(failure.Message, failure);
        }
    }

    /// <summary>A connection outside any pool: a check must see the server as it is now.</summary>
    internal static async Task<NpgsqlConnection> OpenAsync(string? connectionString, CancellationToken cancel)
    {
        if (connectionString is null) throw new InvalidOperationException("There is no connection string yet.");

        var settings = new NpgsqlConnectionStringBuilder(connectionString)
        {
            Pooling = false,
            Timeout = TimeoutSeconds,
            CommandTimeout = TimeoutSeconds,
        };
        var connection = new NpgsqlConnection(settings.ConnectionString);
        try
        {
            await connection.OpenAsync(cancel);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }
}
