using System.Net;
using System.Net.Sockets;
using Aspire.StackExchange.Redis;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace Shop.Tests.StandIns;

public class ARegisteredRedisClient
{
    private const string Section = "Aspire:StackExchange:Redis";

    [Fact]
    public void Has_the_settings_of_all_then_its_own_then_those_of_the_code()
    {
        var builder = Host(new()
        {
            [$"{Section}:DisableHealthChecks"] = "true",
            [$"{Section}:DisableTracing"] = "true",
            [$"{Section}:ConnectionString"] = "general:1",
            [$"{Section}:events:DisableTracing"] = "false",
            [$"{Section}:events:ConnectionString"] = "own:2",
        });
        StackExchangeRedisSettings? seen = null;

        builder.AddRedisClient("events", settings =>
        {
            seen = settings;
            Assert.Equal((true, false, "own:2"), (settings.DisableHealthChecks, settings.DisableTracing, settings.ConnectionString));
            settings.ConnectionString = "code:3";
        });

        Assert.NotNull(seen);
        Assert.Equal("code:3", Assert.Single(Endpoints(builder)));
    }

    [Fact]
    public void Connects_where_the_connection_string_says_before_all_sections()
    {
        var builder = Host(new()
        {
            ["ConnectionStrings:events"] = "wanted:6400,password=geheim",
            [$"{Section}:events:ConnectionString"] = "own:2",
        });

        builder.AddRedisClient("events");

        Assert.Equal("wanted:6400", Assert.Single(Endpoints(builder)));
    }

    [Fact]
    public void Has_options_from_the_connection_string_the_configuration_and_the_code()
    {
        var builder = Host(new()
        {
            ["ConnectionStrings:events"] = "wanted:6400,user=orders,password=geheim",
            [$"{Section}:ConfigurationOptions:ConnectRetry"] = "7",
            [$"{Section}:events:ConfigurationOptions:ConnectTimeout"] = "1234",
        });

        builder.AddRedisClient("events", configureOptions: options => options.ClientName = "orders-1");

        var options = Options(builder);
        Assert.Equal(("orders", "geheim", "orders-1"), (options.User, options.Password, options.ClientName));
        Assert.Equal((7, 1234), (options.ConnectRetry, options.ConnectTimeout));
    }

    [Theory]
    [InlineData("wanted:6400", false)]
    [InlineData("wanted:6400,abortConnect=true", true)]
    public void Goes_on_without_a_server_unless_told_to_give_up(string connectionString, bool abort)
    {
        var builder = Host(new() { ["ConnectionStrings:events"] = connectionString });

        builder.AddRedisClient("events");

        Assert.Equal(abort, Options(builder).AbortOnConnectFail);
    }

    [Fact]
    public void Of_a_key_has_options_of_its_own()
    {
        var builder = Host(new() { ["ConnectionStrings:events"] = "one:1", ["ConnectionStrings:cache"] = "two:2" });

        var events = builder.AddKeyedRedisClientBuilder("events");
        builder.AddKeyedRedisClient("cache");

        Assert.Equal("events", events.ServiceKey);
        Assert.Equal("one:1", Assert.Single(Endpoints(builder, "events")));
        Assert.Equal("two:2", Assert.Single(Endpoints(builder, "cache")));
    }

    [Fact]
    public void Has_one_health_check_however_often_it_is_registered()
    {
        var builder = Host(new() { ["ConnectionStrings:events"] = "one:1", ["ConnectionStrings:cache"] = "two:2" });

        builder.AddRedisClient("events");
        builder.AddRedisClient("events");
        builder.AddKeyedRedisClient("cache");
        builder.AddKeyedRedisClient("unwatched", settings => settings.DisableHealthChecks = true);

        Assert.Equal(["StackExchange.Redis", "StackExchange.Redis_cache"], HealthChecks(builder));
    }

    [Fact]
    public void Without_a_connection_string_names_the_one_it_needs()
    {
        var builder = Host([]);
        builder.AddRedisClient("events");
        using var host = builder.Build();

        var refusal = Assert.Throws<InvalidOperationException>(() => host.Services.GetRequiredService<IConnectionMultiplexer>());

        Assert.Contains("ConnectionStrings:events", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Is_there_and_unhealthy_while_its_server_is_away()
    {
        // Bound and not listening: nobody else gets the port, and whoever connects is refused.
        using var closed = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        closed.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var builder = Host(new()
        {
            ["ConnectionStrings:events"] = $"{closed.LocalEndPoint},connectRetry=1,connectTimeout=100,syncTimeout=100,asyncTimeout=100",
        });
        builder.AddRedisClient("events");
        using var host = builder.Build();

        var redis = host.Services.GetRequiredService<IConnectionMultiplexer>();
        var health = await host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync(TestContext.Current.CancellationToken);

        Assert.False(redis.IsConnected);
        Assert.Equal(HealthStatus.Unhealthy, health.Entries["StackExchange.Redis"].Status);
    }

    private static HostApplicationBuilder Host(Dictionary<string, string?> settings)
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(new());
        builder.Configuration.AddInMemoryCollection(settings);
        return builder;
    }

    private static ConfigurationOptions Options(HostApplicationBuilder builder, string name = "")
    {
        using var services = builder.Services.BuildServiceProvider();
        return services.GetRequiredService<IOptionsMonitor<ConfigurationOptions>>().Get(name);
    }

    private static string[] Endpoints(HostApplicationBuilder builder, string name = "") =>
        [.. Options(builder, name).EndPoints.Cast<DnsEndPoint>().Select(endpoint => $"{endpoint.Host}:{endpoint.Port}")];

    private static string[] HealthChecks(HostApplicationBuilder builder)
    {
        using var services = builder.Services.BuildServiceProvider();
        return [.. services.GetRequiredService<IOptions<HealthCheckServiceOptions>>().Value.Registrations.Select(check => check.Name)];
    }
}
