using System.Reflection;

namespace Shop.Tests;

/// <summary>Where the sources are, for tests about the house itself.</summary>
internal static class Repository
{
    public static readonly string[] Services =
    [
        "Shop.Gateway", "Shop.Orders", "Shop.Payments", "Shop.Shipping", "Shop.Users",
    ];

    public static string Root { get; } = Metadata("RepositoryRoot");

    public static Assembly Assembly(string project) => System.Reflection.Assembly.Load(project);

    public static string Read(string path) => File.ReadAllText(Path.Combine(Root, path));

    public static string[] Files(string pattern, params string[] folders) =>
        [.. from folder in folders.Length == 0 ? [""] : folders
            let path = Path.Combine(Root, folder)
            where Directory.Exists(path)
            from file in Directory.EnumerateFiles(path, pattern, SearchOption.AllDirectories)
            let relative = Path.GetRelativePath(Root, file).Replace('\\', '/')
            where !relative.Split('/').Any(part => part is "bin" or "obj" or "artifacts" or ".git" or "node_modules")
            select relative];

    private static string Metadata(string key) => typeof(Repository).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == key).Value!;
}
