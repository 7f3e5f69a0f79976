using System.Diagnostics;
using Microsoft.Playwright;

namespace Shop.Tests.Storefront;

/// <summary>
/// The browser of the tests: Chromium or Chrome where it is installed, else installed as the distribution does it, else
/// as Playwright does it. Where none of that is possible the tests are skipped and say so; never in CI.
/// </summary>
internal static class Chromium
{
    private static readonly string[] Known =
    [
        "/usr/bin/chromium", "/usr/bin/google-chrome", "/usr/bin/google-chrome-stable", "/usr/bin/chromium-browser",
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
        @"C:\Program Files\Google\Chrome\Application\chrome.exe",
    ];

    private static readonly Lazy<Task<string?>> Installed = new(FindOrInstallAsync);
    private static readonly Lazy<Task<IBrowser>> Started = new(StartAsync);

    /// <summary>One process for all tests: each has a context of its own in it. It ends with the tests.</summary>
    public static async Task<IBrowser> BrowserAsync()
    {
        if (await Installed.Value is null)
        {
            const string Why =
                "There is no Chromium here, and it could not be installed. "
                    + "Install it: apt-get install chromium, or Chrome.";
            Assert.SkipUnless(Environment.GetEnvironmentVariable("CI") == "true", Why);
            Assert.Fail(Why);
        }

        return await Started.Value;
    }

    private static async Task<IBrowser> StartAsync()
    {
        var path = await Installed.Value;
        var playwright = await Playwright.CreateAsync();
        return await playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = path is "" ? null : path,
            Args =
            [
                "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                "--disable-background-networking", "--disable-component-update", "--disable-sync",
            ],
        });
    }

    /// <returns>The program; empty for the one that Playwright has installed; null where there is none.</returns>
    private static async Task<string?> FindOrInstallAsync()
    {
        if (Find() is { } found)
            return found;

        if (OperatingSystem.IsLinux() && Environment.UserName == "root" && File.Exists("/usr/bin/apt-get")
            && await RunAsync("apt-get", "update", "-q")
            && await RunAsync("apt-get", "install", "-y", "-q", "--no-install-recommends", "chromium"))
            return Find();

        return Microsoft.Playwright.Program.Main(["install", "chromium", "--only-shell"]) == 0 ? "" : null;
    }

    private static string? Find() => Array.Find(Known, File.Exists);

    private static async Task<bool> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            Environment = { ["DEBIAN_FRONTEND"] = "noninteractive" },
        })!;
        await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0;
    }
}
