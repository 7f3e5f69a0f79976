using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Aspire.Hosting.Local;

/// <summary>
/// The data of one server. New data is a copy of a template that initdb made once for this version and user, because a
/// copy takes a fraction of initdb's time; it appears under its name only when it is whole and on disk.
/// </summary>
/// <param name="parent">The folder that this host gives the resource; the data is a folder in it.</param>
/// <param name="isKept">Whether the data outlives the host, and so must outlive a power cut.</param>
/// <param name="clock">Times the wait for a server that still ends.</param>
internal sealed class PostgresCluster(string parent, bool isKept, TimeProvider clock)
{
    private static readonly TimeSpan LastServerEnds = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(100);

    private const string LockName = "postmaster.pid";
    // Process, folder, start, port, socket folder, address, shared memory, status.
    private const int StatusLine = 7;

    // Nobody can sign in to the template, and nobody from another machine to the data.
    private const string HostBasedAuthentication = """
        # Written by the local host at every start.
        host all all 127.0.0.1/32 scram-sha-256
        host all all ::1/128 scram-sha-256

        """;

    public string Folder { get; } = Path.Combine(parent, "pgdata");

    /// <summary>The major version that wrote the data; null when there is none.</summary>
    public int? Major => File.Exists(VersionFile)
        && int.TryParse(File.ReadAllText(VersionFile), CultureInfo.InvariantCulture, out var major) ? major : null;

    private string VersionFile => Path.Combine(Folder, "PG_VERSION");

    private string LockFile => Path.Combine(Folder, LockName);

    /// <summary>Whether the server that works on the data says that it is ready.</summary>
    public static bool TakesConnections(string data)
    {
        var lockFile = new FileInfo(Path.Combine(data, LockName));
        if (!lockFile.Exists) return false;

        using var reader = new StreamReader(lockFile.Open(FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
        return reader.ReadToEnd().Split('\n').ElementAtOrDefault(StatusLine)?.Trim() == "ready";
    }

    /// <summary>Makes the data if there is none, and makes it ready for a server to start.</summary>
    /// <exception cref="InvalidOperationException">initdb failed, or another server works on the data.</exception>
    public async Task PrepareAsync(
        PostgresInstallation server,
        NativeCache cache,
        string user,
        string password,
        Action<string> progress,
        CancellationToken cancel)
    {
        if (Major is null) await CreateAsync(server, cache, user, password, progress, cancel);
        else await WaitForLastServerAsync(progress, cancel);

        await File.WriteAllTextAsync(Path.Combine(Folder, "pg_hba.conf"), HostBasedAuthentication, cancel);
        await UnprivilegedAccount.OwnAsync(parent, cancel);
    }

    private async Task CreateAsync(
        PostgresInstallation server,
        NativeCache cache,
        string user,
        string password,
        Action<string> progress,
        CancellationToken cancel)
    {
        progress($"Preparing the data folder of PostgreSQL {server.Major}");
        var template = await cache.GetAsync(
            $"postgres-data-{server.Major}-{Fingerprint(server, user)}",
            (folder, token) => InitializeAsync(server, folder, user, token),
            progress,
            cancel);

        var partial = Folder + ".partial";
        if (Directory.Exists(partial)) Directory.Delete(partial, recursive: true);
        Copy(Path.Combine(template, "pgdata"), partial);
        await UnprivilegedAccount.OwnAsync(parent, cancel);
        await SetPasswordAsync(server, partial, user, password, cancel);
        // A thousand files to disk take seconds on a busy machine.
        if (isKept) await RunAsync(new ProcessStart(server.InitDb, ["--sync-only", "-D", partial]) { Unprivileged = true }, cancel);
        Directory.Move(partial, Folder);
    }

    private static async Task InitializeAsync(
        PostgresInstallation server, string folder, string user, CancellationToken cancel)
    {
        await UnprivilegedAccount.OwnAsync(folder, cancel);
        string[] locale = server.Major >= 17
            ? ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
            : ["--locale=C"];
        var data = Path.Combine(folder, "pgdata");
        await RunAsync(new ProcessStart(
            server.InitDb,
            ["-D", data, "-U", user, "--auth=reject", "--encoding=UTF8", .. locale, "--no-sync"])
        {
            Unprivileged = true,
            Environment = PostgresServer.Environment,
        }, cancel);
    }

    /// <summary>
    /// By the single-user mode and its standard input: no listener is open yet, and the password is in no process
    /// list.
    /// </summary>
    private static async Task SetPasswordAsync(
        PostgresInstallation server, string folder, string user, string password, CancellationToken cancel)
    {
        if (password.AsSpan().ContainsAny('\r', '\n', '\0'))
            throw new InvalidOperationException("The password of a PostgreSQL server cannot hold a line break.");

        string[] settings =
        [
            "-c", "password_encryption=scram-sha-256",
            "-c", "log_checkpoints=off",
            // A failed statement would be logged with the password in it.
            "-c", "log_min_error_statement=panic",
        ];
        var answer = await Tool.RunAsync(new ProcessStart(server.Postgres, ["--single", "-D", folder, .. settings, "postgres"])
        {
            Unprivileged = true,
            Environment = PostgresServer.Environment,
            Input = $"ALTER ROLE {Quote(user, '"')} PASSWORD {Quote(password, '\'')}\n",
        }, cancel);
        if (answer.ExitCode != 0 || answer.Output.Contains("ERROR:", StringComparison.Ordinal))
            throw new InvalidOperationException($"The password of new PostgreSQL data could not be set: {answer.Output}");
    }

    private static string Quote(string text, char quote) =>
        quote + text.Replace($"{quote}", $"{quote}{quote}", StringComparison.Ordinal) + quote;

    private static async Task RunAsync(ProcessStart start, CancellationToken cancel)
    {
        var answer = await Tool.RunAsync(start, cancel);
        if (answer.ExitCode != 0)
            throw new InvalidOperationException($"{start.FileName} failed ({answer.ExitCode}): {answer.Output}");
    }

    private static string Fingerprint(PostgresInstallation server, string user)
    {
        var madeBy = Encoding.UTF8.GetBytes($"{server.Version}\n{server.Folder}\n{user}");
        return Convert.ToHexStringLower(SHA256.HashData(madeBy))[..10];
    }

    private static void Copy(string source, string target)
    {
        const UnixFileMode Ours = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(target);
        else Directory.CreateDirectory(target, Ours);

        foreach (var file in Directory.EnumerateFiles(source))
            File.Copy(file, Path.Combine(target, Path.GetFileName(file)));
        foreach (var folder in Directory.EnumerateDirectories(source))
            Copy(folder, Path.Combine(target, Path.GetFileName(folder)));
    }

    /// <summary>
    /// The server of a host that was just killed may still be writing its last; the server of a host that lives must
    /// not
    /// be disturbed. A lock file that nobody holds is removed: its process id may be another program's by now.
    /// </summary>
    private async Task WaitForLastServerAsync(Action<string> progress, CancellationToken cancel)
    {
        var since = clock.GetTimestamp();
        var told = false;
        while (await HolderOfLockAsync(cancel) is { } holder)
        {
            if (IsServerOfThisData(holder) is not { } mine) return;
            if (!mine)
            {
                File.Delete(LockFile);
                return;
            }

            if (clock.GetElapsedTime(since) > LastServerEnds)
                throw new InvalidOperationException(
                    $"Process {holder} is a PostgreSQL server working on {Folder}. Is another host of this application running? Stop it first.");
            if (!told) progress($"Waiting for the last PostgreSQL server (process {holder}) to end");
            told = true;
            await Task.Delay(LookAgain, clock, cancel);
        }
    }

    private async Task<int?> HolderOfLockAsync(CancellationToken cancel)
    {
        if (!File.Exists(LockFile)) return null;

        try
        {
            var lines = await File.ReadAllLinesAsync(LockFile, cancel);
            return int.TryParse(lines.FirstOrDefault(), CultureInfo.InvariantCulture, out var holder) ? holder : null;
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Null where the system does not tell; PostgreSQL's own check then decides.</summary>
    private bool? IsServerOfThisData(int process)
    {
        if (!OperatingSystem.IsLinux()) return null;

        try
        {
            var command = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/cmdline"));
            return command.Split('\0').Contains(Folder);
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
