using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;
using Shop.Hosting.Native;
using StackExchange.Redis;

namespace Shop.Tests.Hosting;

/// <summary>An application of a PostgreSQL server with one database and a Redis server, run natively.</summary>
internal sealed class SmallHost : IAsyncDisposable
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(180);
    private readonly DistributedApplication _app;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private SmallHost(DistributedApplication app) => _app = app;

    public ResourceNotificationService Notifications => _app.ResourceNotifications;

    /// <summary>All entries that the dashboard would show.</summary>
    public IEnumerable<string> ResourceNames =>
        _app.Services.GetRequiredService<DistributedApplicationModel>().Resources
            .Select(resource => resource.Name)
            .Order();

    /// <summary>Composes the application without starting it.</summary>
    public static IDistributedApplicationBuilder Compose(
        string[] settings,
        Action<IResourceBuilder<PostgresServerResource>, IResourceBuilder<RedisResource>>? configure = null)
    {
        var builder = DistributedApplication.CreateBuilder(new DistributedApplicationOptions
        {
            Args = [.. Passwords.ForServers, .. settings],
            // This assembly knows where the orchestrator is.
            AssemblyName = typeof(Projects.Shop_AppHost).Assembly.GetName().Name,
            DisableDashboard = true,
        });
        builder.Services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Critical));
        var password = builder.AddParameter(
            "password", () => builder.Configuration["password"] ?? "secret'\"\\ one", secret: true);
        var postgres = builder.AddPostgres("postgres", password: password);
        postgres.AddDatabase("shop");
        var redis = builder.AddRedis("redis").WithPersistence();
        configure?.Invoke(postgres, redis);
        builder.RunServersWithoutContainers();
        return builder;
    }

    public static async Task<SmallHost> StartAsync(
        string[] settings,
        Action<IResourceBuilder<PostgresServerResource>, IResourceBuilder<RedisResource>>? configure = null)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        timeout.CancelAfter(StartTimeout);
        var host = new SmallHost(Compose(["--Native=true", .. settings], configure).Build());
        await host._app.StartAsync(timeout.Token);
        return host;
    }

    /// <summary>Two volumes of one name are one folder, as with two AppHosts of one checkout.</summary>
    public static Action<IResourceBuilder<PostgresServerResource>, IResourceBuilder<RedisResource>> WithVolumes =>
        (postgres, redis) =>
        {
            postgres.WithDataVolume("postgres-data");
            redis.WithDataVolume("redis-data");
        };

    public async Task<SmallHost> HealthyAsync()
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        timeout.CancelAfter(StartTimeout);
        foreach (var resource in (string[])["shop", "redis"])
            await Notifications.WaitForResourceHealthyAsync(resource, timeout.Token);
        return this;
    }

    /// <summary>Waits for a state of a resource, and returns all that its log says by then.</summary>
    public async Task<string> LogWhenAsync(string resource, string state)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        timeout.CancelAfter(StartTimeout);
        await Notifications.WaitForResourceAsync(resource, state, timeout.Token);
        return await LogAsync(resource);
    }

    public async Task<string> LogAsync(string resource)
    {
        List<string> lines = [];
        var log = _app.Services.GetRequiredService<ResourceLoggerService>();
        await foreach (var batch in log.GetAllAsync(await IdOfAsync(resource)))
            lines.AddRange(batch.Select(line => line.Content));
        return string.Join('\n', lines);
    }

    public async Task CommandAsync(string resource, string command)
    {
        var result = await _app.ResourceCommands.ExecuteCommandAsync(
            await IdOfAsync(resource), command, cancellationToken: Cancel);
        Assert.True(result.Success, $"{command} {resource}: {result.Message}");
    }

    /// <summary>kill -9, as often as it takes until the host has seen it, then a start by command.</summary>
    public async Task KillAndStartAsync(string resource)
    {
        await Processes.SignalAsync(await ProcessIdAsync(resource), "KILL");
        await Notifications.WaitForResourceAsync(resource, KnownResourceStates.TerminalStates, Cancel);
        await CommandAsync(resource, KnownResourceCommands.StartCommand);
        await HealthyAsync();
    }

    public async Task<int> ProcessIdAsync(string resource)
    {
        var running = await Notifications.WaitForResourceAsync(
            resource, seen => Processes.IdOf(seen.Snapshot) is not null, Cancel);
        return Processes.IdOf(running.Snapshot)!.Value;
    }

    public async Task<T> QueryAsync<T>(string sql)
    {
        var connectionString = await _app.GetConnectionStringAsync("shop", Cancel);
        await using var connection = new NpgsqlConnection(connectionString + ";Pooling=false");
        await connection.OpenAsync(Cancel);
        await using var command = new NpgsqlCommand(sql, connection);
        return (T)(await command.ExecuteScalarAsync(Cancel))!;
    }

    public async Task<T> RedisAsync<T>(Func<IDatabase, Task<T>> use)
    {
        var connectionString = await _app.GetConnectionStringAsync("redis", Cancel);
        await using var connection = await ConnectionMultiplexer.ConnectAsync(connectionString!);
        return await use(connection.GetDatabase());
    }

    public async Task<string> ConnectionStringAsync(string resource) =>
        (await _app.GetConnectionStringAsync(resource, Cancel))!;

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private async Task<string> IdOfAsync(string resource) =>
        (await Notifications.WaitForResourceAsync(resource, _ => true, Cancel)).ResourceId;
}
