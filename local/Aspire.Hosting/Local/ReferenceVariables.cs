using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Local;

/// <summary>The environment variables by which one resource learns where another is.</summary>
internal static class ReferenceVariables
{
    public static void AddConnection(
        EnvironmentCallbackContext context, IResource destination, IResourceWithConnectionString source, string name, bool optional)
    {
        var kinds = KindsFor(destination);
        if (kinds.HasFlag(ReferenceEnvironmentInjectionFlags.ConnectionString))
        {
            var variable = source.ConnectionStringEnvironmentVariable ?? $"ConnectionStrings__{name}";
            context.EnvironmentVariables[variable] = new ConnectionStringReference(source, optional);
        }

        if (!kinds.HasFlag(ReferenceEnvironmentInjectionFlags.ConnectionProperties)) return;
        foreach (var (property, value) in source.GetConnectionProperties())
            context.EnvironmentVariables[$"{Encode(name)}_{Encode(property)}"] = value;
    }

    public static void AddEndpoints(
        EnvironmentCallbackContext context, IResource destination, string name, IEnumerable<EndpointReference> endpoints)
    {
        var kinds = KindsFor(destination);
        var variables = context.EnvironmentVariables;
        foreach (var endpoint in endpoints)
        {
            if (kinds.HasFlag(ReferenceEnvironmentInjectionFlags.Endpoints))
                variables[$"{Encode(name)}_{Encode(endpoint.EndpointName)}"] = endpoint;

            if (!kinds.HasFlag(ReferenceEnvironmentInjectionFlags.ServiceDiscovery)) continue;
            var key = endpoint.EndpointName is "http" or "https" ? endpoint.Scheme : endpoint.EndpointName;
            var index = 0;
            while (variables.ContainsKey($"services__{name}__{key}__{index}")) index++;
            variables[$"services__{name}__{key}__{index}"] = endpoint;
        }
    }

    public static void AddAddress(EnvironmentCallbackContext context, IResource destination, string name, Uri address)
    {
        var kinds = KindsFor(destination);
        if (kinds.HasFlag(ReferenceEnvironmentInjectionFlags.ServiceDiscovery))
            context.EnvironmentVariables[$"services__{name}__default__0"] = address.ToString();
        if (kinds.HasFlag(ReferenceEnvironmentInjectionFlags.Endpoints))
            context.EnvironmentVariables[Encode(name)] = address.ToString();
    }

    private static ReferenceEnvironmentInjectionFlags KindsFor(IResource destination) =>
        destination.Annotations.OfType<ReferenceEnvironmentInjectionAnnotation>().LastOrDefault()?.Flags
        ?? ReferenceEnvironmentInjectionFlags.All;

    private static string Encode(string name)
    {
        var encoded = string.Concat(name.Select(character => char.IsAsciiLetterOrDigit(character) ? char.ToUpperInvariant(character) : '_'));
        return encoded.Length > 0 && char.IsAsciiDigit(encoded[0]) ? "_" + encoded : encoded;
    }
}
