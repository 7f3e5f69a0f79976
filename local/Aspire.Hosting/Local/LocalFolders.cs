using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Local;

/// <summary>
/// Where servers keep their data: volumes under the user's folder, which stay; all else under the temporary folder, which
/// goes with the host, or at the next start when the host could not.
/// </summary>
internal sealed class LocalFolders : IDisposable
{
    private readonly HostSettings _settings;
    private readonly string _durable;
    private readonly string _throwAwayOfAll = Path.Combine(Path.GetTempPath(), $"aspire-local-{Environment.UserName}", "data");
    private readonly Lazy<(string Folder, FileStream InUse)> _throwAway;

    public LocalFolders(AppHostProject appHost, HostSettings settings)
    {
        _settings = settings;
        _durable = Path.Combine(
            Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".aspire-local", $"{appHost.Name}-{appHost.PathHash}", "volumes");
        _throwAway = new Lazy<(string, FileStream)>(CreateThrowAway);
    }

    /// <summary>Whether the data outlives the host.</summary>
    public bool Keeps(IResource resource) => VolumeOf(resource) is not null;

    public string DataOf(IResource resource)
    {
        var folder = VolumeOf(resource) is { } volume
            ? Path.Combine(_durable, volume)
            : Path.Combine(_throwAway.Value.Folder, resource.Name);
        Directory.CreateDirectory(Path.GetDirectoryName(folder)!);
        // What servers write is nobody else's business, whatever mode they write it with.
        const UnixFileMode Ours = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        Directory.CreateDirectory(folder);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(folder, Ours);
        return folder;
    }

    public void Dispose()
    {
        if (!_throwAway.IsValueCreated) return;

        var (folder, inUse) = _throwAway.Value;
        inUse.Dispose();
        Delete(folder);
    }

    private string? VolumeOf(IResource resource) => _settings.IsTest ? null : resource.Annotations
        .OfType<ContainerMountAnnotation>().LastOrDefault(mount => mount.Type == ContainerMountType.Volume)?.Source;

    private (string Folder, FileStream InUse) CreateThrowAway()
    {
        Directory.CreateDirectory(_throwAwayOfAll);
        foreach (var leftOver in Directory.EnumerateDirectories(_throwAwayOfAll))
            if (IsLeftOver(leftOver)) Delete(leftOver);

        var folder = Path.Combine(_throwAwayOfAll, Guid.CreateVersion7().ToString("N"));
        var inUse = new FileStream(folder + ".lock", FileMode.Create, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose);
        Directory.CreateDirectory(folder);
        return (folder, inUse);
    }

    /// <summary>The lock of a host that lives can't be had.</summary>
    private static bool IsLeftOver(string folder)
    {
        try
        {
            using var inUse = new FileStream(
                folder + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose);
            return true;
        }
        catch (Exception taken) when (taken is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static void Delete(string folder)
    {
        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (Exception busy) when (busy is IOException or UnauthorizedAccessException)
        {
            // The next start tries again.
        }
    }
}
