using System.Reflection;
using System.Security.Cryptography;
using System.Text;

namespace Aspire.Hosting.Local;

/// <summary>What <c>AppHost.targets</c> wrote into the app host at build time.</summary>
internal sealed class AppHostProject
{
    private const string PathKey = "apphostprojectpath";
    private const string NameKey = "apphostprojectname";
    private const string UserSecretsKey = "localhost:usersecretsid";
    private const string BinaryKey = "localhost:binary:";

    public AppHostProject(Assembly? assembly, string? directory)
    {
        Assembly = assembly;
        var facts = FactsOf(assembly);
        Directory = directory ?? facts.GetValueOrDefault(PathKey) ?? Environment.CurrentDirectory;
        Path = System.IO.Path.Combine(Directory, facts.GetValueOrDefault(NameKey) ?? "AppHost.csproj");
        Name = assembly?.GetName().Name ?? System.IO.Path.GetFileName(Directory);
        UserSecretsId = facts.GetValueOrDefault(UserSecretsKey);
        PathHash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Path)))[..10];
    }

    public Assembly? Assembly { get; }

    /// <summary>The folder of the project.</summary>
    public string Directory { get; }

    /// <summary>The project file.</summary>
    public string Path { get; }

    public string Name { get; }

    public string? UserSecretsId { get; }

    /// <summary>Tells two copies of one repository apart.</summary>
    public string PathHash { get; }

    /// <summary>The built binary of a project that an app host refers to; null when the build did not say.</summary>
    public static string? BinaryOf(Assembly assembly, string projectPath) =>
        FactsOf(assembly).GetValueOrDefault(BinaryKey + System.IO.Path.GetFullPath(projectPath));

    private static Dictionary<string, string?> FactsOf(Assembly? assembly) =>
        (assembly?.GetCustomAttributes<AssemblyMetadataAttribute>() ?? [])
        .DistinctBy(fact => fact.Key)
        .ToDictionary(fact => fact.Key, fact => fact.Value, StringComparer.Ordinal);
}
