using System.Globalization;
using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Local;

/// <summary>Works out the environment and the arguments of one replica.</summary>
internal sealed class ResourceEnvironment(
    DistributedApplicationExecutionContext execution, PublicEndpoints endpoints, ResourceLoggerService consoles, IServiceProvider services)
{
    // They describe the app host, not what it starts.
    private static readonly string[] NotInherited =
        ["ASPNETCORE_URLS", "DOTNET_LAUNCH_PROFILE", "ASPNETCORE_ENVIRONMENT", "DOTNET_ENVIRONMENT"];

    /// <summary>What to add to the inherited environment, and (null) what to take from it.</summary>
    public async Task<Dictionary<string, string?>> VariablesAsync(IResource resource, string replica, CancellationToken cancel)
    {
        var context = new EnvironmentCallbackContext(execution, resource, cancellationToken: cancel) { Logger = consoles.GetLogger(resource) };
        foreach (var callback in resource.Annotations.OfType<EnvironmentCallbackAnnotation>()) await callback.Callback(context);
        if (resource is ProjectResource) AddReplica(context.EnvironmentVariables, resource, replica);
        foreach (var port in resource.Annotations.OfType<EndpointPortVariableAnnotation>())
            context.EnvironmentVariables[port.Variable] = endpoints.PortOf(resource, replica, port.Endpoint);

        var resolved = NotInherited.ToDictionary(name => name, _ => (string?)null);
        foreach (var (name, value) in context.EnvironmentVariables)
        {
            try
            {
                // A missing optional value is no variable at all, not an empty one.
                if (await ResolveAsync(value, cancel) is { } text) resolved[name] = text;
            }
            catch (DistributedApplicationException missing)
            {
                throw new DistributedApplicationException($"The environment variable {name} of '{resource.Name}' has no value. {missing.Message}", missing);
            }
        }

        return resolved;
    }

    public async Task<IReadOnlyList<string>> ArgumentsAsync(IResource resource, CancellationToken cancel)
    {
        var context = new CommandLineArgsCallbackContext([], resource, cancel) { ExecutionContext = execution, Logger = consoles.GetLogger(resource) };
        foreach (var callback in resource.Annotations.OfType<CommandLineArgsCallbackAnnotation>()) await callback.Callback(context);

        List<string> arguments = [];
        foreach (var argument in context.Args)
            if (await ResolveAsync(argument, cancel) is { } text) arguments.Add(text);
        return arguments;
    }

    private void AddReplica(Dictionary<string, object> variables, IResource resource, string replica)
    {
        var suffix = replica[(replica.LastIndexOf('-') + 1)..];
        variables.TryAdd("OTEL_RESOURCE_ATTRIBUTES", $"service.instance.id={suffix}");
        (services.GetService(typeof(TelemetryReceiver)) as TelemetryReceiver)?.AddTo(variables);

        var web = resource.Annotations.OfType<EndpointAnnotation>().Where(endpoint => endpoint.UriScheme is "http" or "https").ToArray();
        if (web.Length > 0)
            variables.TryAdd("ASPNETCORE_URLS", string.Join(';', web.Select(endpoint =>
                $"{endpoint.UriScheme}://{endpoint.TargetHost}:{endpoints.PortOf(resource, replica, endpoint)}")));
        if (web.FirstOrDefault(endpoint => endpoint.UriScheme == "https")?.AllocatedEndpoint is { } secure)
            variables.TryAdd("ASPNETCORE_HTTPS_PORT", secure.Port);
    }

    private static async ValueTask<string?> ResolveAsync(object? value, CancellationToken cancel) => value switch
    {
        null => null,
        string text => text,
        IValueProvider provider => await provider.GetValueAsync(cancel),
        bool flag => flag ? "true" : "false",
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString(),
    };
}
