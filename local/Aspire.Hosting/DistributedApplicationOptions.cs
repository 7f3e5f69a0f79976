namespace Aspire.Hosting;

/// <summary>How an application is made.</summary>
public sealed class DistributedApplicationOptions
{
    /// <summary>The command line.</summary>
    public string[]? Args { get; set; }

    /// <summary>The app host's assembly, when it is not the one that was started.</summary>
    public string? AssemblyName { get; set; }

    /// <summary>The folder of the app host's project, when the assembly does not know it.</summary>
    public string? ProjectDirectory { get; set; }

    /// <summary>Whether there is no dashboard.</summary>
    public bool DisableDashboard { get; set; }

    /// <summary>Whether the resources' consoles go to the log rather than to the console.</summary>
    public bool EnableResourceLogging { get; set; }

    /// <summary>Whether plain HTTP is allowed. This host never insists on TLS.</summary>
    public bool AllowUnsecuredTransport { get; set; }
}
