using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Shop.Tests.Hosting;

public class AResourceThatWaits
{
    [Fact]
    public async Task Starts_when_what_it_needs_is_healthy_and_not_before()
    {
        var well = false;
        await using var app = await SmallApp.StartAsync(builder =>
        {
            builder.Services.AddHealthChecks().AddCheck("well", () => Volatile.Read(ref well) ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy());
            Sleeper(builder, "guest").WaitFor(Sleeper(builder, "host").WithHealthCheck("well"));
        });

        await app.SeeAsync("host", one => one is { State.Text: "Running", HealthStatus: HealthStatus.Unhealthy } && one.HealthReports.Any(report => report.LastRunAt is not null), "found unhealthy");
        Assert.Equal(KnownResourceStates.Waiting, app.StateOf("guest"));
        Volatile.Write(ref well, true);

        await app.SeeAsync("guest", KnownResourceStates.Running);
    }

    [Fact]
    public async Task For_the_end_of_another_starts_after_a_good_one()
    {
        await using var app = await SmallApp.StartAsync(builder => Sleeper(builder, "guest").WaitForCompletion(Shell(builder, "job", "exit 0")));

        await app.SeeAsync("guest", KnownResourceStates.Running);

        Assert.Equal(KnownResourceStates.Finished, app.StateOf("job"));
    }

    [Fact]
    public async Task For_the_end_of_another_does_not_start_after_a_bad_one_and_says_why()
    {
        await using var app = await SmallApp.StartAsync(builder => Sleeper(builder, "guest").WaitForCompletion(Shell(builder, "job", "exit 4")));

        await app.SeeAsync("guest", KnownResourceStates.FailedToStart);

        Assert.Contains("guest can't start: 'job'", app.Errors, StringComparison.Ordinal);
        Assert.Contains("exit code 4", app.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task For_a_command_starts_when_it_comes()
    {
        await using var app = await SmallApp.StartAsync(builder => Sleeper(builder, "tool").WithExplicitStart());
        await app.SeeAsync("tool", KnownResourceStates.NotStarted);

        await app.CommandAsync("tool", KnownResourceCommands.StartCommand);

        await app.SeeAsync("tool", KnownResourceStates.Running);
    }

    private static IResourceBuilder<ExecutableResource> Sleeper(IDistributedApplicationBuilder builder, string name) => Shell(builder, name, "sleep 1000");

    private static IResourceBuilder<ExecutableResource> Shell(IDistributedApplicationBuilder builder, string name, string script) =>
        builder.AddExecutable(name, "/bin/sh", "/", "-c", script);
}
