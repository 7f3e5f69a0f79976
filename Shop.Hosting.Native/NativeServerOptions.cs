using Microsoft.Extensions.Configuration;

namespace Shop.Hosting.Native;

/// <summary>
/// What can be set, by the AppHost's configuration: its arguments, its settings files, its environment. The variables
/// that every program honours (PATH, XDG_CACHE_HOME, …) are read in the same way.
/// </summary>
internal sealed class NativeServerOptions(IConfiguration configuration)
{
    private const string FolderName = "aspire-native";

    /// <summary>Asks for a fresh copy of a server although one may be installed.</summary>
    public const string Download = "download";

    /// <summary><c>Native</c>: true or false overrules the search for a container engine.</summary>
    public bool? Native => configuration.GetValue<bool?>("Native");

    /// <summary><c>Native:Postgres</c>: the folder that holds postgres and initdb, or "download".</summary>
    public string? Postgres => Value("Native:Postgres");

    /// <summary><c>Native:Redis</c>: the path of redis-server, or "download".</summary>
    public string? Redis => Value("Native:Redis");

    /// <summary>The container engine that Aspire is told to use; null when it may choose.</summary>
    public string? ContainerRuntime =>
        Value("ASPIRE_CONTAINER_RUNTIME") ?? Value("DOTNET_ASPIRE_CONTAINER_RUNTIME");

    /// <summary>The registry that serves npm packages.</summary>
    public string NpmRegistry => (Value("npm_config_registry") ?? "https://registry.npmjs.org").TrimEnd('/');

    /// <summary>The folders of the PATH.</summary>
    public string[] SearchPath =>
        (Value("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Holds what was downloaded, and can be deleted at any time.</summary>
    public string CacheFolder => Path.Combine(
        Value("XDG_CACHE_HOME") ?? Path.Combine(
            Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache"),
        FolderName);

    /// <summary>Holds the data of servers that have a volume.</summary>
    public string VolumesFolder => Path.Combine(
        Value("XDG_DATA_HOME") ?? Environment.GetFolderPath(
            Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify),
        FolderName);

    /// <summary>Holds the data of servers without a volume, which ends with the host.</summary>
    public string TemporaryFolder =>
        Path.Combine(Value("TMPDIR") ?? Path.GetTempPath(), $"{FolderName}-{Environment.UserName}");

    private string? Value(string key) => configuration[key] is { Length: > 0 } value ? value : null;
}
