using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Configuration.UserSecrets;

namespace Aspire.Hosting.Local;

/// <summary>
/// The user secrets of the app host. Several hosts may read and write at one time: a file beside it is the lock, and a
/// new content replaces the old one whole. They are kept in every environment, as the volumes are: data that outlived
/// its password would be lost. A test, whose data is thrown away, leaves them alone.
/// </summary>
internal sealed class UserSecrets(string? file, HostSettings settings)
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };
    private static readonly TimeSpan LockTimeout = TimeSpan.FromSeconds(10);

    private readonly Lock _oneAtATime = new();
    private readonly Dictionary<string, string> _withoutFile = [];

    public static UserSecrets Of(IDistributedApplicationBuilder builder) =>
        (UserSecrets)builder.Services.First(service => service.ServiceType == typeof(UserSecrets)).ImplementationInstance!;

    public static UserSecrets Open(AppHostProject appHost, HostSettings settings) =>
        new(appHost.UserSecretsId is { } id ? PathHelper.GetSecretsPathFromSecretsId(id) : null, settings);

    /// <summary>The secret of this name, made and kept if there is none.</summary>
    /// <exception cref="DistributedApplicationException">It can't be kept, or what is kept can't be read.</exception>
    public string GetOrAdd(string name, Func<string> make)
    {
        lock (_oneAtATime)
        {
            if (file is null || settings.IsTest) return _withoutFile.TryGetValue(name, out var known) ? known : _withoutFile[name] = make();

            CreateFolder();
            using var exclusive = Acquire();
            var secrets = Read();
            if ((string?)secrets[name] is { } existing) return existing;

            var value = make();
            secrets[name] = value;
            Write(secrets);
            return value;
        }
    }

    private void CreateFolder()
    {
        var folder = Path.GetDirectoryName(file)!;
        try
        {
            if (OperatingSystem.IsWindows()) Directory.CreateDirectory(folder);
            else Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new DistributedApplicationException(
                $"The folder '{folder}', where generated passwords are kept, can't be made: {failure.Message} Set HOME to a folder that can be written.",
                failure);
        }
    }

    private FileStream Acquire()
    {
        var started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            try
            {
                return new FileStream(file + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (TimeProvider.System.GetElapsedTime(started) < LockTimeout)
            {
                // A parameter's value is asked for synchronously, so this wait can't be awaited.
                Thread.Yield();
            }
        }
    }

    private JsonObject Read()
    {
        if (!File.Exists(file)) return [];
        try
        {
            var options = new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };
            return JsonNode.Parse(File.ReadAllText(file), documentOptions: options) as JsonObject ?? [];
        }
        catch (JsonException broken)
        {
            throw new DistributedApplicationException($"The user secrets in '{file}' are not valid JSON. Repair or delete the file.", broken);
        }
    }

    private void Write(JsonObject secrets)
    {
        var partial = $"{file}.{Environment.ProcessId}.partial";
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (var stream = new FileStream(partial, options))
        {
            stream.Write(JsonSerializer.SerializeToUtf8Bytes(secrets, Indented));
            stream.Flush(flushToDisk: true);
        }

        File.Move(partial, file!, overwrite: true);
    }
}
