namespace Shop.Tests.Hosting;

/// <summary>However the host ends, nothing of what it has started stays behind.</summary>
public sealed class AHostThatEnds : IDisposable
{
    private static readonly TimeSpan InTime = TimeSpan.FromSeconds(15);
    private readonly TemporaryHome _home = new();

    public void Dispose() => _home.Dispose();

    [Theory]
    [InlineData("KILL")]
    [InlineData("TERM")]
    [InlineData("INT")]
    public async Task Leaves_no_process_behind_and_of_a_test_run_no_secret_and_no_data(string signal)
    {
        Requires.LocalHostOnLinux();
        Assert.SkipWhen(signal == "INT" && Processes.IgnoreInterrupt(), "The tests run where Ctrl-C is ignored: in the background of a script.");
        await using var host = await HostProcess.HealthyAsync(_home.Folder, "--DcpPublisher:RandomizePorts=true");

        await host.EndAsync(signal, InTime);

        Assert.DoesNotContain(_home.Files, file => file.Contains("usersecrets", StringComparison.Ordinal) || file.StartsWith(".aspire-local", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("KILL")]
    [InlineData("TERM")]
    public async Task Leaves_no_process_behind_even_in_the_middle_of_its_start(string signal)
    {
        Requires.LocalHostOnLinux();
        await using var host = await HostProcess.SayingAsync("starts 4 resources", _home.Folder, "--DcpPublisher:RandomizePorts=true");

        await host.EndAsync(signal, InTime);
    }
}
