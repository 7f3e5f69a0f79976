namespace Shop.Tests.Hosting;

/// <summary>Folders of its own for the data and the temporary files of a host.</summary>
internal sealed class TemporaryHome : IDisposable
{
    public string Folder { get; } = Directory.CreateTempSubdirectory("native-test-").FullName;

    public string Temporary => Path.Combine(Folder, "tmp");

    /// <summary>Kept data and throw-away data go below the folder. What is downloaded is shared between tests.</summary>
    public string[] Settings => [$"--XDG_DATA_HOME={Path.Combine(Folder, "data")}", $"--TMPDIR={Temporary}"];

    /// <summary>A cache of its own, too.</summary>
    public string[] WithEmptyCache => [.. Settings, $"--XDG_CACHE_HOME={Path.Combine(Folder, "cache")}"];

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
