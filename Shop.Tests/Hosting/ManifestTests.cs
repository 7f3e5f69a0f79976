using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Shop.Tests.Hosting;

/// <summary>What is published does not depend on how the servers run here.</summary>
public sealed partial class ManifestTests : IDisposable
{
    private readonly TemporaryHome _home = new();

    public void Dispose() => _home.Dispose();

    /// <summary>
    /// After a change of the AppHost, the file named received in the failure becomes Shop.Tests/Hosting/manifest.json.
    /// </summary>
    [Fact]
    public async Task The_manifest_is_the_committed_one_although_the_native_mode_is_on()
    {
        var cancel = TestContext.Current.CancellationToken;
        var published = Path.Combine(_home.Folder, "manifest.json");
        var appHost = Path.Combine(
            AppContext.BaseDirectory.Replace("Shop.Tests", "Shop.AppHost", StringComparison.Ordinal),
            "Shop.AppHost.dll");
        var start = new ProcessStartInfo(
            "dotnet", [appHost, "--operation", "publish", "--publisher", "manifest", "--output-path", published])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["Native"] = "true" },
        };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(cancel);
        var error = process.StandardError.ReadToEndAsync(cancel);
        await process.WaitForExitAsync(cancel);
        Assert.True(process.ExitCode == 0, await output + await error);

        // The name of a volume has a hash of the checkout's folder, and paths are relative to the manifest.
        var manifest = VolumeHash().Replace(await File.ReadAllTextAsync(published, cancel), "apphost-hash-");
        manifest = ProjectFolder().Replace(manifest, "\"path\": \"").Trim() + "\n";
        var received = Path.Combine(Path.GetTempPath(), "shop-manifest.received.json");
        await File.WriteAllTextAsync(received, manifest, cancel);
        Assert.True(
            manifest == Repository.Read("Shop.Tests/Hosting/manifest.json"),
            $"The manifest has changed: git diff --no-index Shop.Tests/Hosting/manifest.json {received}");
    }

    [GeneratedRegex(@"(?<=[sS]hop\.)apphost-[0-9a-f]{10}-")]
    private static partial Regex VolumeHash();

    [GeneratedRegex(@"""path"": ""[^""]*/(?=Shop\.\w+/)")]
    private static partial Regex ProjectFolder();
}
