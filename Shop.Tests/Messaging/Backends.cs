using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Shop.Data;
using Shop.Hosting.Native;
using StackExchange.Redis;

namespace Shop.Tests.Messaging;

/// <summary>A real Postgres and a real Redis without the shop, for the tests of messaging.</summary>
[CollectionDefinition(nameof(Backends))]
public sealed class Backends : IAsyncLifetime, ICollectionFixture<Backends>
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(60);
    private DistributedApplication? _app;
    private ConnectionMultiplexer? _redis;

    public string Postgres { get; private set; } = "";

    public string Redis { get; private set; } = "";

    /// <summary>A connection of the tests' own, to look at Redis and to change it.</summary>
    public IDatabase Streams => _redis!.GetDatabase();

    private DistributedApplication App => _app ?? throw new InvalidOperationException("Not started.");

    /// <summary>As the host of a module would make them.</summary>
    public static DbContextOptions<TDb> OptionsFor<TDb>(string? connection)
        where TDb : DbContext =>
        new DbContextOptionsBuilder<TDb>()
            .UseNpgsql(
                connection,
                npgsql => npgsql.MigrationsHistoryTable(Databases.HistoryTable, Databases.SchemaOf<TDb>()))
            .UseSnakeCaseNamingConvention().Options;

    public async ValueTask InitializeAsync()
    {
        using var timeout = new CancellationTokenSource(StartTimeout);
        var builder = DistributedApplication.CreateBuilder(new DistributedApplicationOptions
        {
            Args = ["--DcpPublisher:RandomizePorts=true", .. Passwords.ForServers],
            // This assembly knows where the orchestrator is.
            AssemblyName = typeof(Projects.Shop_AppHost).Assembly.GetName().Name,
            DisableDashboard = true,
            EnableResourceLogging = true,
        });
        var database = builder.AddPostgres("postgres").AddDatabase("messages");
        var redis = builder.AddRedis("redis").WithPersistence();
        builder.Services.AddLogging(logging => logging.ClearProviders());
        _app = builder.RunServersWithoutContainers().Build();
        await _app.StartAsync(timeout.Token);
        await _app.ResourceNotifications.WaitForResourceHealthyAsync("messages", timeout.Token);
        await _app.ResourceNotifications.WaitForResourceHealthyAsync("redis", timeout.Token);
        Postgres = (await database.Resource.ConnectionStringExpression.GetValueAsync(timeout.Token))!;
        Redis = (await redis.Resource.ConnectionStringExpression.GetValueAsync(timeout.Token))!;
        _redis = await ConnectionMultiplexer.ConnectAsync($"{Redis},allowAdmin=true");
    }

    public async ValueTask DisposeAsync()
    {
        if (_redis is not null)
            await _redis.DisposeAsync();

        if (_app is null)
            return;

        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    public async Task StopRedisAsync() =>
        await CommandAsync(KnownResourceCommands.StopCommand, KnownResourceStates.TerminalStates);

    public async Task StartRedisAsync()
    {
        await CommandAsync(KnownResourceCommands.StartCommand, [KnownResourceStates.Running]);
        await App.ResourceNotifications.WaitForResourceHealthyAsync("redis", TestContext.Current.CancellationToken);
    }

    private async Task CommandAsync(string command, IEnumerable<string> until)
    {
        var cancel = TestContext.Current.CancellationToken;
        var instance = (await App.ResourceNotifications.WaitForResourceAsync("redis", _ => true, cancel)).ResourceId;
        Assert.True((await App.ResourceCommands.ExecuteCommandAsync(instance, command, cancel)).Success);
        await App.ResourceNotifications.WaitForResourceAsync("redis", until, cancel);
    }
}
