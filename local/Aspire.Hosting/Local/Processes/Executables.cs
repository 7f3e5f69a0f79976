using System.Globalization;

namespace Aspire.Hosting.Local;

/// <summary>Looks for programs.</summary>
internal static class Executables
{
    /// <summary>
    /// The full path of a program: as given when it is a path, else the first on the path. Null when there is none.
    /// </summary>
    public static string? Find(string name)
    {
        var isPath = name.Contains('/', StringComparison.Ordinal) || Path.IsPathRooted(name);
        if (!isPath) return FindAll(name).FirstOrDefault();

        return IsExecutable(name) ? Path.GetFullPath(name) : null;
    }

    /// <summary>
    /// Every match on the path, in its order, then in further folders. A pattern such as <c>/opt/*/bin</c> stands
    /// for one level each, highest version first.
    /// </summary>
    public static IEnumerable<string> FindAll(string name, params IEnumerable<string> folders)
    {
        var path = Environment.GetEnvironmentVariable("PATH") ?? "";
        var file = OperatingSystem.IsWindows() && !Path.HasExtension(name) ? name + ".exe" : name;
        return path.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Concat(folders.SelectMany(Expand))
            .Select(folder => Path.Combine(folder, file))
            .Where(IsExecutable)
            .Distinct();
    }

    private static IEnumerable<string> Expand(string pattern)
    {
        var star = pattern.IndexOf('*', StringComparison.Ordinal);
        if (star < 0) return [pattern];

        var parent = Path.GetDirectoryName(pattern[..(star + 1)])!;
        var rest = pattern[(star + 1)..];
        var stem = Path.GetFileName(pattern[..(star + 1)]);
        return Directory.Exists(parent)
            ? Directory.EnumerateDirectories(parent, stem).OrderByDescending(Version).Select(folder => folder + rest)
            : [];
    }

    private static decimal Version(string folder)
    {
        var digits = Path.GetFileName(folder)
            .SkipWhile(c => !char.IsAsciiDigit(c))
            .TakeWhile(c => char.IsAsciiDigit(c) || c == '.');
        return decimal.TryParse(string.Concat(digits), CultureInfo.InvariantCulture, out var version) ? version : 0;
    }

    private static bool IsExecutable(string path)
    {
        const UnixFileMode Execute = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        return File.Exists(path) && (OperatingSystem.IsWindows() || (File.GetUnixFileMode(path) & Execute) != 0);
    }
}
