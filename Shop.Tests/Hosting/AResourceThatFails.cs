using System.Net;
using System.Net.Sockets;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;

namespace Shop.Tests.Hosting;

/// <summary>Whoever starts the application reads what is wrong, and with which resource.</summary>
public class AResourceThatFails
{
    [Fact]
    public async Task To_get_its_port_says_who_has_it()
    {
        using var holder = new TcpListener(IPAddress.Loopback, 0);
        holder.Start();
        var port = ((IPEndPoint)holder.LocalEndpoint).Port;

        await using var app = await SmallApp.StartAsync(builder =>
            builder.AddExecutable("web", "/bin/sh", "/", "-c", "sleep 1000").WithHttpEndpoint(port: port, targetPort: port, isProxied: false));
        await app.SeeAsync("web", KnownResourceStates.FailedToStart);

        Assert.Contains($"Port {port}", app.Errors, StringComparison.Ordinal);
        Assert.Contains("'web'", app.Errors, StringComparison.Ordinal);
        if (OperatingSystem.IsLinux()) Assert.Contains($"process {Environment.ProcessId}", app.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task For_want_of_its_program_names_it()
    {
        await using var app = await SmallApp.StartAsync(builder => builder.AddExecutable("tool", "no-such-program", "/"));

        await app.SeeAsync("tool", KnownResourceStates.FailedToStart);

        Assert.Contains("tool could not be started", app.Errors, StringComparison.Ordinal);
        Assert.Contains("no-such-program", app.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task At_once_shows_its_last_lines()
    {
        await using var app = await SmallApp.StartAsync(builder =>
            builder.AddExecutable("tool", "/bin/sh", "/", "-c", "echo 'reading the settings'; echo 'no settings' >&2; exit 3"));

        var seen = await app.SeeAsync("tool", one => one.ExitCode is not null, "ended");

        Assert.Equal(3, seen.ExitCode);
        Assert.Contains("tool exited with code 3", app.Errors, StringComparison.Ordinal);
        Assert.Contains("reading the settings", app.Errors, StringComparison.Ordinal);
        Assert.Contains("no settings", app.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Again_and_again_is_tried_again_with_growing_pauses()
    {
        await using var app = await SmallApp.StartAsync(builder => builder.AddExecutable("tool", "/bin/sh", "/", "-c", "exit 1"));
        List<TimeSpan> pauses = [];
        DateTime? ended = null;
        await foreach (var seen in app.App.ResourceNotifications.WatchAsync(TestContext.Current.CancellationToken))
        {
            if (seen.Resource.Name != "tool") continue;
            if (seen.Snapshot.State?.Text == KnownResourceStates.Running && ended is { } last)
            {
                pauses.Add(seen.Snapshot.StartTimeStamp!.Value - last);
                ended = null;
            }

            if (seen.Snapshot is { ExitCode: not null, StopTimeStamp: { } stopped }) ended = stopped;
            if (pauses.Count == 3) break;
        }

        // 0.2 s, doubling. The end of a process is noted a moment later than its pause begins, so a little less is right too.
        Assert.True(pauses[0].TotalSeconds >= 0.15 && pauses[1].TotalSeconds >= 0.35 && pauses[2].TotalSeconds >= 0.7, string.Join(", ", pauses));
        await app.SeeAsync("tool", KnownResourceStates.FailedToStart);
    }

    [Fact]
    public async Task Because_it_was_killed_runs_again()
    {
        Requires.LocalHostOnLinux();
        await using var app = await SmallApp.StartAsync(builder => builder.AddExecutable("tool", "/bin/sh", "/", "-c", "sleep 1000"));
        var first = await app.ProcessOfAsync("tool");

        await Processes.SignalAsync(first, "KILL");

        Assert.NotEqual(first, await app.ProcessOfAsync("tool", other: first));
        Assert.Contains("tool was ended by signal 9", app.Errors, StringComparison.Ordinal);
    }
}
