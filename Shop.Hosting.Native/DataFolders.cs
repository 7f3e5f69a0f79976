using Microsoft.Extensions.Hosting;

namespace Shop.Hosting.Native;

/// <summary>Closes the data folders of a host when its servers have stopped.</summary>
internal sealed class DataFolders : IDisposable
{
    private readonly List<DataFolder> _folders = [];

    // An AppHost is stopped at its end, but not disposed of.
    public DataFolders(IHostApplicationLifetime lifetime) => lifetime.ApplicationStopped.Register(Dispose);

    public DataFolder Add(DataFolder folder)
    {
        lock (_folders) _folders.Add(folder);
        return folder;
    }

    public void Dispose()
    {
        lock (_folders)
        {
            foreach (var folder in _folders) folder.Dispose();
            _folders.Clear();
        }
    }
}
