namespace Aspire.Hosting.Local;

/// <summary>
/// Folders that are made once per machine and user and then only read. A folder that is there is whole: it is filled
/// under another name and renamed, under a lock that hosts in other processes see too and that ends with its holder.
/// </summary>
internal sealed class NativeCache(TimeProvider clock)
{
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(200);

    /// <summary><c>~/.cache/shop-native</c>, or below XDG_CACHE_HOME.</summary>
    public static string Root { get; } = Path.Combine(
        Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } xdg ? xdg
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache"),
        "shop-native");

    /// <summary>The folder of this name, filled now if it is not there yet.</summary>
    /// <param name="name">Names content that never changes: carry the version in it.</param>
    /// <param name="fill">Fills the empty folder that it is given.</param>
    /// <param name="progress">Told when another host is filling it.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="IOException">The cache cannot be written.</exception>
    public async Task<string> GetAsync(
        string name, Func<string, CancellationToken, Task> fill, Action<string> progress, CancellationToken cancel)
    {
        var folder = Path.Combine(Root, name);
        if (Directory.Exists(folder)) return folder;

        CreateRoot();
        await using var held = await LockAsync(
            folder + ".lock", () => progress($"Waiting for another host that prepares {name}"), cancel);
        if (Directory.Exists(folder)) return folder;

        var partial = folder + ".partial";
        // Left by a host that was killed while it filled the folder.
        if (Directory.Exists(partial)) Directory.Delete(partial, recursive: true);
        Directory.CreateDirectory(partial);
        try
        {
            await fill(partial, cancel);
            Directory.Move(partial, folder);
        }
        finally
        {
            if (Directory.Exists(partial)) Directory.Delete(partial, recursive: true);
        }

        return folder;
    }

    private static void CreateRoot()
    {
        const UnixFileMode Ours = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        try
        {
            if (OperatingSystem.IsWindows()) Directory.CreateDirectory(Root);
            else Directory.CreateDirectory(Root, Ours);
        }
        catch (Exception failure) when (failure is UnauthorizedAccessException or IOException)
        {
            throw new IOException(
                $"The folder {Root} for downloaded servers cannot be created ({failure.Message}). "
                + "Set XDG_CACHE_HOME to a folder that can be written.",
                failure);
        }
    }

    private async Task<FileStream> LockAsync(string path, Action waiting, CancellationToken cancel)
    {
        for (var told = false; ; told = true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (File.Exists(path))
            {
                if (!told) waiting();
                await Task.Delay(LookAgain, clock, cancel);
            }
        }
    }
}
