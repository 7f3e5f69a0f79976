using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Aspire.Hosting.Local;

/// <summary>
/// Creates the databases that are not there yet. A failure is logged, and shows as the database's health.
/// </summary>
internal static partial class DatabaseCreation
{
    private const int TimeoutSeconds = 60;

    public static async Task RunAsync(PostgresServerResource server, IServiceProvider services, CancellationToken cancel)
    {
        var log = services.GetRequiredService<ResourceLoggerService>().GetLogger(server);
        await using var connection = await PostgresHealthCheck.OpenAsync(
            await server.GetAdminConnectionStringAsync(cancel), cancel);
        // Asked first: a CREATE DATABASE that fails would be an error in the server's log at every start.
        var existing = await ListAsync(connection, cancel);
        foreach (var database in existing) server.Existing[database] = true;
        // Each waits for the disk, and they can do so at one time.
        await Task.WhenAll(server.Databases.Values.Distinct().Where(name => !existing.Contains(name))
            .Select(database => CreateAsync(server, database, log, cancel)));
    }

    private static async Task CreateAsync(PostgresServerResource server, string database, ILogger log, CancellationToken cancel)
    {
        try
        {
            await using var connection = await PostgresHealthCheck.OpenAsync(
                await server.GetAdminConnectionStringAsync(cancel), cancel);
            using var quoter = new NpgsqlCommandBuilder();
            await using var create = new NpgsqlCommand(
                $"CREATE DATABASE {quoter.QuoteIdentifier(database)}", connection)
            { CommandTimeout = TimeoutSeconds };
            await create.ExecuteNonQueryAsync(cancel);
            LogCreated(log, database);
        }
        catch (PostgresException raced) when (raced.SqlState == PostgresErrorCodes.DuplicateDatabase)
        {
            // A service was quicker.
        }
        catch (NpgsqlException failure)
        {
            LogFailed(log, failure, database);
        }

        // Also after a failure: the database's own health then says what is wrong.
        server.Existing[database] = true;
    }

    private static async Task<HashSet<string>> ListAsync(NpgsqlConnection connection, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand("SELECT datname FROM pg_database", connection);
        await using var reader = await command.ExecuteReaderAsync(cancel);
        var names = new HashSet<string>();
        while (await reader.ReadAsync(cancel)) names.Add(reader.GetString(0));
        return names;
    }

    [LoggerMessage(LogLevel.Information, "Created database {Database}")]
    private static partial void LogCreated(ILogger log, string database);

    [LoggerMessage(LogLevel.Error, "Could not create database {Database}")]
    private static partial void LogFailed(ILogger log, Exception failure, string database);
}
