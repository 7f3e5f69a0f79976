using System.Diagnostics;

namespace Shop.Tests.Hosting;

/// <summary>What is published does not depend on how the servers run here.</summary>
public sealed class ManifestTests : IDisposable
{
    private readonly TemporaryHome _home = new();

    public void Dispose() => _home.Dispose();

    [Fact]
    public async Task The_manifest_is_the_committed_one_although_the_native_mode_is_on()
    {
        var manifest = Path.Combine(_home.Folder, "manifest.json");
        var appHost = Path.ChangeExtension(typeof(Projects.Shop_AppHost).Assembly.Location, null);

        var start = new ProcessStartInfo(
            appHost, ["--Native=true", "--operation", "publish", "--publisher", "manifest", "--output-path", manifest])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["Native"] = "true";
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0, await output + await error);

        Assert.Equal(Repository.Read("Shop.Tests/Hosting/manifest.json").Trim(), (await File.ReadAllTextAsync(manifest, TestContext.Current.CancellationToken)).Trim());
    }
}
