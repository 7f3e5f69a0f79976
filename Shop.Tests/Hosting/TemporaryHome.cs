namespace Shop.Tests.Hosting;

/// <summary>An empty home folder, removed after the test.</summary>
internal sealed class TemporaryHome : IDisposable
{
    public string Folder { get; } = Directory.CreateTempSubdirectory("shop-tests-home-").FullName;

    public IReadOnlyList<string> Files => [.. Directory.EnumerateFiles(Folder, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(Folder, file))];

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
