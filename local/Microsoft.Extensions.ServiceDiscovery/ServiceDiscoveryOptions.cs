namespace Microsoft.Extensions.ServiceDiscovery;

/// <summary>Which schemes services may be called by.</summary>
public sealed class ServiceDiscoveryOptions
{
    /// <summary>Whether any scheme that is asked for may be used. On by default.</summary>
    public bool AllowAllSchemes { get; set; } = true;

    /// <summary>
    /// The schemes that may be used when <see cref="AllowAllSchemes"/> is off, best first; also those that a name
    /// without a scheme is looked up by.
    /// </summary>
    public IList<string> AllowedSchemes { get; set; } = [];

    internal IReadOnlyList<string> Allowed(IReadOnlyList<string> requested) => requested switch
    {
        [] => [.. AllowedSchemes],
        _ when AllowAllSchemes => requested,
        _ => [.. requested.Where(IsAllowed)],
    };

    internal bool IsAllowed(string scheme) =>
        AllowAllSchemes || AllowedSchemes.Contains(scheme, StringComparer.OrdinalIgnoreCase);
}
