namespace Shop.Hosting.Native;

/// <summary>
/// Folders that are filled once and then only read. A folder that exists is complete: it is filled under another name
/// and renamed, under a lock that other hosts respect and that the system releases when its holder ends.
/// </summary>
internal sealed class NativeCache(string root)
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(200);

    /// <summary>The folder of this name, filled now if it does not exist.</summary>
    /// <param name="name">Has to name content that never changes: it includes the version.</param>
    /// <param name="fill">Fills the empty folder that it is given.</param>
    /// <param name="report">Is told when another host fills the folder just now.</param>
    /// <param name="cancel">Gives up.</param>
    public async Task<string> GetAsync(
        string name, Func<string, CancellationToken, Task> fill, Action<string> report, CancellationToken cancel)
    {
        var folder = Path.Combine(root, name);
        if (Directory.Exists(folder)) return folder;

        try
        {
            PrivateFiles.CreateFolder(root);
        }
        catch (Exception failure) when (failure is UnauthorizedAccessException or IOException)
        {
            throw new NativeServerException(
                $"The folder {root} for downloaded servers cannot be created: {failure.Message} "
                + "Set XDG_CACHE_HOME to a folder that can be written.",
                failure);
        }

        FileStream? held;
        for (var reported = false; (held = PrivateFiles.TryLock(folder + ".lock")) is null; reported = true)
        {
            if (!reported) report($"Another host prepares {name}; waiting");
            await Task.Delay(PollInterval, cancel);
        }

        await using (held)
        {
            if (Directory.Exists(folder)) return folder;

            var partial = folder + ".partial";
            // Left by a host that was killed.
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
    }
}
