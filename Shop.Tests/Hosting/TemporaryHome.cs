namespace Shop.Tests.Hosting;

/// <summary>Folders of its own for the data and the temporary files of a host.</summary>
internal sealed class TemporaryHome : IDisposable
{
    public string Folder { get; } = Directory.CreateTempSubdirectory("native-test-").FullName;

    /// <summary>Holds data without a volume.</summary>
    public string TemporaryData => Path.Combine(Folder, "tmp", $"aspire-native-{Environment.UserName}");

    /// <summary>Data goes below the folder. What was downloaded is shared between tests.</summary>
    public string[] Settings =>
    [
        $"--XDG_DATA_HOME={Path.Combine(Folder, "data")}",
        $"--TMPDIR={Path.Combine(Folder, "tmp")}",
    ];

    /// <summary>Nothing was ever downloaded.</summary>
    public string[] WithEmptyCache => [.. Settings, $"--XDG_CACHE_HOME={Path.Combine(Folder, "cache")}"];

    /// <summary>Holds data with a volume of this name.</summary>
    public string Volume(string name) => Path.Combine(Folder, "data", "aspire-native", name);

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
