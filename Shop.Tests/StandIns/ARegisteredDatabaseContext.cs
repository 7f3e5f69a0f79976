using System.Diagnostics;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using OpenTelemetry.Trace;

namespace Shop.Tests.StandIns;

public class ARegisteredDatabaseContext
{
    private const string Section = "Aspire:Npgsql:EntityFrameworkCore:PostgreSQL";

    [Fact]
    public void Uses_the_connection_string_of_its_name_before_all_sections()
    {
        var builder = Host(new() { ["ConnectionStrings:shelf"] = "Host=wanted", [$"{Section}:ConnectionString"] = "Host=general" });
        builder.AddNpgsqlDbContext<ShelfDb>("shelf");

        Assert.Equal("Host=wanted", Look(builder, context => context.Database.GetConnectionString()));
    }

    [Fact]
    public void Has_the_settings_of_all_then_of_the_connection_then_of_the_context_then_of_the_code()
    {
        Dictionary<string, string?> settings = new() { ["ConnectionStrings:shelf"] = "Host=wanted" };
        foreach (var (layer, timeout) in new[] { ("", 11), (":shelf", 12), (":ShelfDb", 13) })
        {
            settings[$"{Section}{layer}:CommandTimeout"] = $"{timeout}";
            var builder = Host(settings);
            builder.AddNpgsqlDbContext<ShelfDb>("shelf");

            Assert.Equal(timeout, Look(builder, context => context.Database.GetCommandTimeout()));
        }

        var last = Host(settings);
        last.AddNpgsqlDbContext<ShelfDb>("shelf", own => own.CommandTimeout = 14);
        Assert.Equal(14, Look(last, context => context.Database.GetCommandTimeout()));
    }

    [Theory]
    [InlineData(false, true)]
    [InlineData(true, false)]
    public void Retries_unless_told_not_to(bool disable, bool retries)
    {
        var builder = Host(new() { ["ConnectionStrings:shelf"] = "Host=wanted" });
        builder.AddNpgsqlDbContext<ShelfDb>("shelf", settings => settings.DisableRetry = disable);

        Assert.Equal(retries, Look(builder, context => context.Database.CreateExecutionStrategy().RetriesOnFailure));
    }

    [Fact]
    public void Takes_the_options_of_the_code_last()
    {
        var builder = Host(new() { ["ConnectionStrings:shelf"] = "Host=wanted" });
        builder.AddNpgsqlDbContext<ShelfDb>("shelf", configureDbContextOptions: options => options.UseQueryTrackingBehavior(QueryTrackingBehavior.NoTracking));

        Assert.Equal(QueryTrackingBehavior.NoTracking, Look(builder, context => context.ChangeTracker.QueryTrackingBehavior));
    }

    [Fact]
    public void Is_pooled()
    {
        var builder = Host(new() { ["ConnectionStrings:shelf"] = "Host=wanted" });
        builder.AddNpgsqlDbContext<ShelfDb>("shelf");
        using var host = builder.Build();

        Assert.Equal(Instance(), Instance());

        Guid Instance()
        {
            using var scope = host.Services.CreateScope();
            return scope.ServiceProvider.GetRequiredService<ShelfDb>().ContextId.InstanceId;
        }
    }

    [Fact]
    public void Without_a_connection_string_names_the_one_it_needs()
    {
        var builder = Host([]);
        builder.AddNpgsqlDbContext<ShelfDb>("shelf");

        var refusal = Assert.Throws<InvalidOperationException>(() => Look(builder, context => context.ContextId));

        Assert.Contains("ConnectionStrings:shelf", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Cannot_be_registered_twice()
    {
        var builder = Host(new() { ["ConnectionStrings:shelf"] = "Host=wanted" });
        builder.AddNpgsqlDbContext<ShelfDb>("shelf");

        Assert.Throws<InvalidOperationException>(() => builder.AddNpgsqlDbContext<ShelfDb>("shelf"));
    }

    [Fact]
    public void Has_a_health_check_of_its_name_unless_told_not_to()
    {
        var builder = Host(new() { ["ConnectionStrings:shelf"] = "Host=wanted" });
        builder.AddNpgsqlDbContext<ShelfDb>("shelf");
        builder.AddNpgsqlDbContext<OtherDb>("shelf", settings => settings.DisableHealthChecks = true);
        builder.EnrichNpgsqlDbContext<ShelfDb>();
        using var host = builder.Build();

        var checks = host.Services.GetRequiredService<IOptions<HealthCheckServiceOptions>>().Value.Registrations;

        Assert.Equal(["ShelfDb"], checks.Select(check => check.Name));
    }

    [Fact]
    public async Task Is_traced_by_its_driver()
    {
        using var trace = new Trace();
        var builder = Host(new() { ["ConnectionStrings:shelf"] = "Host=wanted" });
        builder.AddNpgsqlDbContext<ShelfDb>("shelf", settings => settings.DisableHealthChecks = true);
        builder.Services.AddOpenTelemetry().WithTracing(tracing => tracing.AddProcessor(trace.Keeper()));
        using var host = builder.Build();
        await host.StartAsync(TestContext.Current.CancellationToken);

        using var driver = new ActivitySource("Npgsql");
        driver.StartActivity("a query")?.Dispose();

        Assert.Equal("a query", Assert.Single(trace.Spans).DisplayName);
    }

    [Fact]
    public void That_another_has_registered_is_enriched()
    {
        var builder = Host(new() { [$"{Section}:ShelfDb:CommandTimeout"] = "13" });
        builder.Services.AddDbContext<ShelfDb>(options => options.UseNpgsql("Host=other"));
        builder.EnrichNpgsqlDbContext<ShelfDb>();

        Assert.Equal(
            ("Host=other", 13, true),
            Look(builder, context => (
                context.Database.GetConnectionString(),
                context.Database.GetCommandTimeout(),
                context.Database.CreateExecutionStrategy().RetriesOnFailure)));
    }

    [Fact]
    public void Is_never_enriched_against_what_it_says_or_before_it_is_there()
    {
        var builder = Host([]);
        Assert.Throws<InvalidOperationException>(() => builder.EnrichNpgsqlDbContext<ShelfDb>());

        builder.Services.AddDbContext<ShelfDb>(options => options.UseNpgsql("Host=other", npgsql => npgsql.CommandTimeout(5)));
        builder.EnrichNpgsqlDbContext<ShelfDb>(settings => settings.CommandTimeout = 7);

        Assert.Throws<InvalidOperationException>(() => Look(builder, context => context.ContextId));
    }

    private static HostApplicationBuilder Host(Dictionary<string, string?> settings)
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(new());
        builder.Configuration.AddInMemoryCollection(settings);
        return builder;
    }

    private static T Look<T>(HostApplicationBuilder builder, Func<ShelfDb, T> look)
    {
        using var services = builder.Services.BuildServiceProvider();
        using var scope = services.CreateScope();
        return look(scope.ServiceProvider.GetRequiredService<ShelfDb>());
    }

    private sealed class ShelfDb(DbContextOptions<ShelfDb> options) : DbContext(options);

    private sealed class OtherDb(DbContextOptions<OtherDb> options) : DbContext(options);
}
