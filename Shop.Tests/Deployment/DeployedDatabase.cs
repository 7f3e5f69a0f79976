using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Npgsql;
using Shop.ServiceDefaults;
using Shop.Tests.Messaging;

namespace Shop.Tests.Deployment;

/// <summary>
/// An empty database as a deployment has it: it belongs to a migrator that is no superuser, and the service signs in
/// with a role that owns nothing.
/// </summary>
internal sealed class DeployedDatabase : IAsyncDisposable
{
    public const string Password = "a-long-walk-on-the-beach";
    private readonly NpgsqlDataSource _server;

    private DeployedDatabase(string server, string name)
    {
        _server = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(server) { Pooling = false });
        (Name, Migrator, Role) = (name, $"{name}_migrator", $"{name}_role");
        Server = server;
    }

    public string Name { get; }

    public string Migrator { get; }

    public string Role { get; }

    private string Server { get; }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <param name="backends">The server.</param>
    /// <param name="withRole">False: the role of the service does not exist yet.</param>
    public static async Task<DeployedDatabase> CreateAsync(Backends backends, bool withRole = true)
    {
        var database = new DeployedDatabase(
            backends.Postgres, string.Create(CultureInfo.InvariantCulture, $"deployed_{Guid.CreateVersion7():N}"));
        await database.AsServerAsync($"CREATE ROLE {database.Migrator} LOGIN PASSWORD '{Password}'");
        if (withRole)
            await database.AsServerAsync($"CREATE ROLE {database.Role} LOGIN PASSWORD '{Password}'");

        await database.AsServerAsync($"CREATE DATABASE {database.Name} OWNER {database.Migrator}");
        return database;
    }

    public string ConnectionOf(string role, string? database = null, string? password = Password)
    {
        var connection = new NpgsqlConnectionStringBuilder(Server)
        {
            Username = role,
            Password = password,
            Database = database ?? Name,
        };
        return connection.ConnectionString;
    }

    /// <summary>Runs a statement as a role.</summary>
    public async Task<object?> ExecuteAsync(string role, string sql, string? database = null)
    {
        var connection = new NpgsqlConnectionStringBuilder(ConnectionOf(role, database)) { Pooling = false };
        await using var source = NpgsqlDataSource.Create(connection);
        await using var command = source.CreateCommand(sql);
        return await command.ExecuteScalarAsync(Cancel);
    }

    /// <summary>Runs a statement as the superuser, in this database.</summary>
    public async Task AsServerAsync(string sql)
    {
        await using var command = _server.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(Cancel);
    }

    /// <summary>Runs the command <c>migrate</c> of a service as the migrator, in this process.</summary>
    public Task<CommandResult> MigrateAsync(string service, params string[] arguments) =>
        RunAsync(service, "migrate", arguments, ConnectionOf(Migrator));

    public static async Task<CommandResult> RunAsync(
        string service, string command, string[] arguments, string connection,
        Action<WebApplicationBuilder>? configure = null)
    {
        await using var app = DeployedService.Build(
            service,
            builder =>
            {
                builder.Configuration[$"ConnectionStrings:{service}db"] = connection;
                configure?.Invoke(builder);
            });
        await using var output = new StringWriter();
        await using var error = new StringWriter();
        var exitCode = await ServiceCommands.RunAsync(app.Services, command, arguments, output, error);
        return new(exitCode, output.ToString(), error.ToString());
    }

    public async ValueTask DisposeAsync()
    {
        await AsServerAsync($"DROP DATABASE {Name} WITH (FORCE)");
        await AsServerAsync($"DROP ROLE IF EXISTS {Role}");
        await AsServerAsync($"DROP ROLE {Migrator}");
        await _server.DisposeAsync();
    }
}

/// <summary>How a command ended, and what it said.</summary>
internal sealed record CommandResult(int ExitCode, string Output, string Error);
