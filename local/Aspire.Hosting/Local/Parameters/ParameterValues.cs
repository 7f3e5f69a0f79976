using Microsoft.Extensions.Configuration;

namespace Aspire.Hosting.Local;

/// <summary>Parameters that are given as settings.</summary>
internal static class ParameterValues
{
    public static string? Find(IConfiguration configuration, string name) =>
        // An environment variable's name can't hold a hyphen.
        configuration[$"Parameters:{name}"] ?? configuration[$"Parameters:{name.Replace('-', '_')}"];
}
