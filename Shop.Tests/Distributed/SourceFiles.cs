using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace Shop.Tests.Distributed;

/// <summary>Which file a method stands in, by the symbols that the compiler wrote beside the program.</summary>
internal static class SourceFiles
{
    // A build with ContinuousIntegrationBuild writes this instead of the folder it ran in.
    private const string RootOfCiBuilds = "/_/";

    /// <summary>
    /// The files below a folder, relative to it, by a method's type and name as the runtime writes them.
    /// </summary>
    public static IReadOnlyDictionary<(string Type, string Method), HashSet<string>> OfMethods(string root)
    {
        var files = new Dictionary<(string Type, string Method), HashSet<string>>();
        foreach (var program in Directory.EnumerateFiles(AppContext.BaseDirectory, "Shop.*.dll"))
        {
            using var assembly = new PEReader(File.OpenRead(program));
            using var provider = MetadataReaderProvider.FromPortablePdbStream(
                File.OpenRead(Path.ChangeExtension(program, "pdb")));
            var (metadata, symbols) = (assembly.GetMetadataReader(), provider.GetMetadataReader());
            foreach (var handle in metadata.MethodDefinitions)
            {
                var method = metadata.GetMethodDefinition(handle);
                var key = (TypeName(metadata, method.GetDeclaringType()), metadata.GetString(method.Name));
                foreach (var point in symbols.GetMethodDebugInformation(handle.ToDebugInformationHandle())
                    .GetSequencePoints())
                {
                    var file = symbols.GetString(symbols.GetDocument(point.Document).Name);
                    file = file.StartsWith(RootOfCiBuilds, StringComparison.Ordinal)
                        ? file[RootOfCiBuilds.Length..]
                        : Path.GetRelativePath(root, file).Replace('\\', '/');
                    if (file.StartsWith("..", StringComparison.Ordinal)
                        || file.Contains("/obj/", StringComparison.Ordinal))
                        continue;

                    if (!files.TryGetValue(key, out var found))
                        files[key] = found = [];

                    found.Add(file);
                }
            }
        }

        return files;
    }

    private static string TypeName(MetadataReader metadata, TypeDefinitionHandle handle)
    {
        var type = metadata.GetTypeDefinition(handle);
        var name = metadata.GetString(type.Name);
        return type.IsNested
            ? $"{TypeName(metadata, type.GetDeclaringType())}+{name}"
            : type.Namespace.IsNil ? name : $"{metadata.GetString(type.Namespace)}.{name}";
    }
}
