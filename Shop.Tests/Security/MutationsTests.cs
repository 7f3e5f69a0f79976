using System.Diagnostics;

namespace Shop.Tests.Security;

/// <summary>
/// Breaking each protection once, to see that a test notices, takes half an hour: that is for the script beside this
/// file. Here it is only kept from growing stale.
/// </summary>
public class MutationsTests
{
    [Fact]
    public async Task Every_mutation_still_finds_the_text_it_replaces()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The script is written for bash.");
        var script = Path.Combine(Repository.Root, "Shop.Tests", "Security", "mutations");
        using var check = Process.Start(
            new ProcessStartInfo("bash", [script, "--check"]) { RedirectStandardError = true })!;
        var problems = await check.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await check.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Equal("", problems);
        Assert.Equal(0, check.ExitCode);
    }
}
