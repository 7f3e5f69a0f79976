using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;

namespace Shop.Tests.Hosting;

public class ACommandedResource
{
    [Fact]
    public async Task Stops_stays_down_starts_and_restarts()
    {
        await using var app = await SmallApp.StartAsync(builder => builder.AddExecutable("tool", "/bin/sh", "/", "-c", "sleep 1000"));
        var first = await app.ProcessOfAsync("tool");

        await app.CommandAsync("tool", KnownResourceCommands.StopCommand);
        Assert.Equal(KnownResourceStates.Exited, app.StateOf("tool"));
        Assert.DoesNotContain("tool", app.Errors, StringComparison.Ordinal);

        await app.CommandAsync("tool", KnownResourceCommands.StartCommand);
        var second = await app.ProcessOfAsync("tool");
        Assert.NotEqual(first, second);

        await app.CommandAsync("tool", KnownResourceCommands.RestartCommand);
        Assert.NotEqual(second, await app.ProcessOfAsync("tool", other: second));
    }

    [Fact]
    public async Task Refuses_a_command_that_it_does_not_know()
    {
        await using var app = await SmallApp.StartAsync(builder => builder.AddExecutable("tool", "/bin/sh", "/", "-c", "sleep 1000"));

        var done = await app.App.ResourceCommands.ExecuteCommandAsync("tool", "dance", TestContext.Current.CancellationToken);

        Assert.False(done.Success);
        Assert.Contains("dance", done.Message, StringComparison.Ordinal);
    }
}
