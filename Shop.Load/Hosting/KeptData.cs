namespace Shop.Load;

/// <summary>
/// Data of a shop without containers that is started more than once; it is deleted with this object.
/// </summary>
internal sealed class KeptData : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("shop-load-").FullName;

    /// <summary>Tells the AppHost where servers keep their volumes.</summary>
    public string Argument => $"--XDG_DATA_HOME={_folder}";

    /// <summary>Opens it the next time, too.</summary>
    public string Password { get; } = $"{Guid.CreateVersion7():N}";

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
