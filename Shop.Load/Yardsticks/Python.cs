using System.ComponentModel;
using Microsoft.Extensions.Configuration;
using Shop.Hosting.Native;

namespace Shop.Load;

/// <summary>A Python that knows Django, gunicorn and psycopg2.</summary>
/// <param name="Program">Its path.</param>
/// <param name="Environment">Where it finds them, if they are not installed.</param>
internal sealed record Python(string Program, Dictionary<string, string?> Environment)
{
    // Its packages are for this one, whatever else is in the PATH.
    private const string OfTheDistribution = "/usr/bin/python3";

    private static readonly string[] Packages = ["python3-django", "python3-gunicorn", "python3-psycopg2"];
    private static readonly string[] Import = ["-c", "import django, gunicorn, psycopg2"];

    /// <summary>One of this machine, else with the distribution's packages, unpacked but not installed.</summary>
    /// <exception cref="LeftOutException">There is none, and the packages cannot be obtained.</exception>
    public static async Task<Python> FindAsync(CancellationToken cancel)
    {
        var options = new NativeServerOptions(new ConfigurationBuilder().AddEnvironmentVariables().Build());
        foreach (var program in Tools.FindAll("python3", [.. options.SearchPath, "/usr/bin"]))
        {
            if ((await Tools.RunAsync([program, .. Import], cancel)).ExitCode == 0)
                return new(program, []);
        }

        if (!Tools.IsExecutable(OfTheDistribution) || !DebianPackages.AreAvailable(options))
            throw new LeftOutException($"There is no Python with Django, gunicorn and psycopg2. {HowToInstall}");

        var folder = await new NativeCache(options.CacheFolder).GetAsync(
            DebianPackages.CacheName("django"),
            (target, token) => UnpackAsync(options, target, token),
            _ => { },
            cancel);
        return In(folder);
    }

    private static string HowToInstall => $"Install it: sudo apt-get install {string.Join(' ', Packages)}.";

    private static async Task UnpackAsync(NativeServerOptions options, string folder, CancellationToken cancel)
    {
        try
        {
            foreach (var package in Packages)
                await new DebianPackages(options, _ => { }).UnpackAsync(package, folder, cancel);

            await Tools.RequireAsync([OfTheDistribution, .. Import], cancel, environment: In(folder).Environment);
        }
        catch (Exception failure) when (failure is InvalidOperationException or Win32Exception)
        {
            throw new LeftOutException(
                $"The distribution's packages of Django cannot be obtained: {failure.Message} {HowToInstall}", failure);
        }
    }

    private static Python In(string folder) => new(OfTheDistribution, new()
    {
        ["PYTHONPATH"] = Path.Combine(folder, "usr", "lib", "python3", "dist-packages"),
        ["LD_LIBRARY_PATH"] = string.Join(':', DebianPackages.LibraryFolders(folder)),
    });
}
