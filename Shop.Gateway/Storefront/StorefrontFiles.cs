using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.StaticFiles;
using Microsoft.Extensions.FileProviders;
using Microsoft.Net.Http.Headers;

namespace Shop.Gateway.Storefront;

/// <summary>
/// The files in wwwroot, held in memory. Their addresses have one version, which is the hash of all their contents: so
/// browsers may keep them for ever, and modules that import each other are always of one release.
/// </summary>
internal sealed class StorefrontFiles
{
    private const string PageFile = "index.html";
    private static readonly FileExtensionContentTypeProvider ContentTypes = new();

    private readonly IWebHostEnvironment _environment;
    private readonly Lazy<Release> _release;
    private readonly bool _hasCommands;

    public StorefrontFiles(IWebHostEnvironment environment, IConfiguration configuration)
    {
        _environment = environment;
        _hasCommands = DevelopmentCommands.Exist(configuration, environment);
        _release = new(Read);
    }

    public sealed record File(byte[] Content, string ContentType, EntityTagHeaderValue Tag);

    /// <summary>What is served now: in Development always what is on the disk.</summary>
    public Release Current => _environment.IsDevelopment() ? Read() : _release.Value;

    /// <param name="Version">Part of the address of every file.</param>
    /// <param name="Page">The one page; its script shows what the address asks for.</param>
    /// <param name="Files">By their path.</param>
    public sealed record Release(string Version, File Page, FrozenDictionary<string, File> Files);

    private Release Read()
    {
        var files = new SortedDictionary<string, File>(StringComparer.Ordinal);
        Collect("");
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var (path, file) in files)
        {
            hash.AppendData(Encoding.UTF8.GetBytes(path));
            hash.AppendData(file.Content);
        }

        var version = Convert.ToHexStringLower(hash.GetHashAndReset())[..12];
        var page = files.Remove(PageFile, out var template) ? Encoding.UTF8.GetString(template.Content) : "";
        page = page.Replace("{assets}", $"/assets/{version}", StringComparison.Ordinal)
            // So that no page asks where there is nothing: browsers report every 404.
            .Replace("{commands}", _hasCommands ? "yes" : "no", StringComparison.Ordinal);
        return new(version, FileOf(PageFile, Encoding.UTF8.GetBytes(page)), files.ToFrozenDictionary());

        void Collect(string folder)
        {
            foreach (var entry in _environment.WebRootFileProvider.GetDirectoryContents(folder))
            {
                var path = folder.Length == 0 ? entry.Name : $"{folder}/{entry.Name}";
                if (entry.IsDirectory)
                    Collect(path);
                else
                    files[path] = FileOf(path, Content(entry));
            }
        }
    }

    private static byte[] Content(IFileInfo file)
    {
        using var content = new MemoryStream();
        using var stream = file.CreateReadStream();
        stream.CopyTo(content);
        return content.ToArray();
    }

    private static File FileOf(string path, byte[] content) => new(
        content,
        ContentTypes.TryGetContentType(path, out var type)
            ? type.StartsWith("text/", StringComparison.Ordinal) ? $"{type}; charset=utf-8" : type
            : "application/octet-stream",
        // Weak, because it is sent compressed or as it is.
        new($"\"{Convert.ToHexStringLower(SHA256.HashData(content))[..16]}\"", isWeak: true));
}
