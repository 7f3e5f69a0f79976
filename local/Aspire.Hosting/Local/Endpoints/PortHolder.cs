using System.Globalization;

namespace Aspire.Hosting.Local;

/// <summary>Finds out who listens on a port, as far as the system tells.</summary>
internal static class PortHolder
{
    private const string Listening = "0A";
    private static readonly string[] Tables = ["/proc/net/tcp", "/proc/net/tcp6"];

    /// <summary>Such as <c>nginx (process 812)</c>; null when it can't be found out.</summary>
    public static string? Find(int port)
    {
        if (!OperatingSystem.IsLinux()) return null;
        try
        {
            var sockets = SocketsOf(port).Select(inode => $"socket:[{inode}]").ToHashSet();
            if (sockets.Count == 0) return null;

            foreach (var folder in Directory.EnumerateDirectories("/proc"))
            {
                if (!int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var id)) continue;
                if (Holds(folder, sockets)) return $"{File.ReadAllText(Path.Combine(folder, "comm")).Trim()} (process {id})";
            }
        }
        catch (Exception hidden) when (hidden is IOException or UnauthorizedAccessException)
        {
            // It is only for a better message.
        }

        return null;
    }

    private static IEnumerable<string> SocketsOf(int port)
    {
        var local = port.ToString("X4", CultureInfo.InvariantCulture);
        return Tables
            .Where(File.Exists)
            .SelectMany(table => File.ReadLines(table).Skip(1))
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(columns => columns.Length > 9 && columns[1].EndsWith($":{local}", StringComparison.Ordinal) && columns[3] == Listening)
            .Select(columns => columns[9]);
    }

    private static bool Holds(string process, HashSet<string> sockets)
    {
        try
        {
            return Directory.EnumerateFileSystemEntries(Path.Combine(process, "fd"))
                .Any(descriptor => new FileInfo(descriptor).LinkTarget is { } target && sockets.Contains(target));
        }
        catch (Exception hidden) when (hidden is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
