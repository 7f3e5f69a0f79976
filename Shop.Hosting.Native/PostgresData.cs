using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Shop.Hosting.Native;

/// <summary>
/// The data of one PostgreSQL server. New data is a copy of a template that initdb made once for this version and user,
/// because a copy takes a fraction of initdb's time. It gets its name only when it is complete.
/// </summary>
internal sealed class PostgresData(Preparation preparation)
{
    // Process, folder, start, port, socket folder, address, shared memory, status.
    private const int StatusLine = 7;

    // Nobody can sign in to the template, and nobody from another machine to the data.
    private const string HostBasedAuthentication = """
        # Written by the AppHost before every start.
        host all all 127.0.0.1/32 scram-sha-256

        """;

    // The same messages everywhere, and nothing of the settings of the caller's own PostgreSQL.
    private static readonly Dictionary<string, string?> Environment = new()
    {
        ["LC_ALL"] = "C",
        ["PGDATA"] = null,
        ["PGOPTIONS"] = null,
    };

    public string Folder { get; } = Path.Combine(preparation.Data.Path, "pgdata");

    /// <summary>The major version that wrote the data; null when there is none.</summary>
    public int? Major => File.Exists(VersionFile)
        && int.TryParse(File.ReadAllText(VersionFile), CultureInfo.InvariantCulture, out var major) ? major : null;

    /// <summary>Whether the server that works on the data says that it takes connections.</summary>
    public bool IsServed => LockLine(StatusLine) == "ready";

    private string LockFile => Path.Combine(Folder, "postmaster.pid");

    private string VersionFile => Path.Combine(Folder, "PG_VERSION");

    /// <summary>Makes the data if there is none.</summary>
    public async Task PrepareAsync(PostgresInstallation server, string user, string password, CancellationToken cancel)
    {
        if (Major is null) await CreateAsync(server, user, password, cancel);

        DeleteStaleLock();
        await File.WriteAllTextAsync(Path.Combine(Folder, "pg_hba.conf"), HostBasedAuthentication, cancel);
    }

    private string? LockLine(int number) => File.Exists(LockFile)
        ? PrivateFiles.ReadShared(LockFile).Split('\n').ElementAtOrDefault(number)?.Trim()
        : null;

    // Left after a kill, it may name a process of today, and PostgreSQL would refuse to start.
    private void DeleteStaleLock()
    {
        if (!OperatingSystem.IsLinux()) return;

        var commandLine = $"/proc/{LockLine(0)}/cmdline";
        if (!File.Exists(commandLine) || !File.ReadAllText(commandLine).Split('\0').Contains(Folder))
            File.Delete(LockFile);
    }

    private async Task CreateAsync(PostgresInstallation server, string user, string password, CancellationToken cancel)
    {
        var key = SHA256.HashData(Encoding.UTF8.GetBytes($"{server.Version}\n{server.Folder}\n{user}"));
        var template = await preparation.Cache.GetAsync(
            $"postgres-data-{server.Major}-{Convert.ToHexStringLower(key)[..10]}",
            (folder, token) => InitializeAsync(server, folder, user, token),
            preparation.Report,
            cancel);

        var partial = Folder + ".partial";
        if (Directory.Exists(partial)) Directory.Delete(partial, recursive: true);
        Copy(Path.Combine(template, "pgdata"), partial);
        await UnprivilegedUser.GiveAsync(preparation.Data.Path, cancel);
        await SetPasswordAsync(server, partial, user, password, cancel);
        // A thousand files take seconds on a busy disk, so only data that has to survive a power cut is synced.
        if (preparation.Data.IsKept) await RunAsync([server.InitDb, "--sync-only", "-D", partial], cancel);
        Directory.Move(partial, Folder);
    }

    private async Task InitializeAsync(
        PostgresInstallation server, string folder, string user, CancellationToken cancel)
    {
        preparation.Report($"Preparing the first data folder of PostgreSQL {server.Major}");
        await UnprivilegedUser.GiveAsync(folder, cancel);
        string[] locale = server.Major >= 17
            ? ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
            : ["--locale=C"];
        await RunAsync(
            [
                server.InitDb, "-D", Path.Combine(folder, "pgdata"), "-U", user, "--auth=reject", "--encoding=UTF8",
                .. locale, "--no-sync",
            ],
            cancel);
    }

    // In single-user mode, by the standard input: nothing listens yet, and no command line has the password.
    private static async Task SetPasswordAsync(
        PostgresInstallation server, string folder, string user, string password, CancellationToken cancel)
    {
        if (password.AsSpan().ContainsAny('\r', '\n', '\0'))
        {
            throw new NativeServerException(
                "The password of a PostgreSQL server cannot hold a line break. Set another one.");
        }

        string[] settings =
        [
            "-c", "password_encryption=scram-sha-256", "-c", "log_checkpoints=off",
            // A statement that fails would be logged with the password in it.
            "-c", "log_min_error_statement=panic",
        ];
        var result = await Tools.RunAsync(
            [
                .. await UnprivilegedUser.GetPrefixAsync(),
                server.Postgres, "--single", "-D", folder, .. settings, "postgres",
            ],
            cancel,
            input: $"ALTER ROLE {Quote(user, '"')} PASSWORD {Quote(password, '\'')}\n",
            environment: Environment);
        if (result.ExitCode != 0 || result.Output.Contains("ERROR:", StringComparison.Ordinal))
        {
            throw new InvalidOperationException(
                $"The password of new PostgreSQL data could not be set: {result.Output}");
        }
    }

    private static string Quote(string text, char quote) =>
        quote + text.Replace($"{quote}", $"{quote}{quote}", StringComparison.Ordinal) + quote;

    private static async Task RunAsync(string[] command, CancellationToken cancel) => await Tools.RequireAsync(
        [.. await UnprivilegedUser.GetPrefixAsync(), .. command], cancel, environment: Environment);

    private static void Copy(string source, string target)
    {
        PrivateFiles.CreateFolder(target);
        foreach (var file in Directory.EnumerateFiles(source))
            File.Copy(file, Path.Combine(target, Path.GetFileName(file)));
        foreach (var folder in Directory.EnumerateDirectories(source))
            Copy(folder, Path.Combine(target, Path.GetFileName(folder)));
    }
}
