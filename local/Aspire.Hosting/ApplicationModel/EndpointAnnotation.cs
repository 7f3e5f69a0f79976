using System.Net.Sockets;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>A place where a resource listens.</summary>
public sealed class EndpointAnnotation : IResourceAnnotation
{
    private readonly ValueSnapshot<AllocatedEndpoint> _allocated = new();
    private AllocatedEndpoint? _current;

    /// <summary>A place where a resource listens.</summary>
    /// <param name="protocol">TCP.</param>
    /// <param name="uriScheme">The scheme of its address; by default that of the protocol.</param>
    /// <param name="transport"><c>http</c>, <c>http2</c> or <c>tcp</c>; by default that of the scheme.</param>
    /// <param name="name">Its name, unique in the resource; by default the scheme.</param>
    /// <param name="port">The public port; null is a free one.</param>
    /// <param name="targetPort">The port that the process listens on; null is a free one.</param>
    /// <param name="isExternal">Whether it is for callers outside the application.</param>
    /// <param name="isProxied">Whether the public port may be another than the process's own.</param>
    public EndpointAnnotation(
        ProtocolType protocol,
        string? uriScheme = null,
        string? transport = null,
        string? name = null,
        int? port = null,
        int? targetPort = null,
        bool? isExternal = null,
        bool? isProxied = null)
    {
        Protocol = protocol;
        UriScheme = uriScheme ?? (protocol == ProtocolType.Udp ? "udp" : "tcp");
        Transport = transport ?? (UriScheme is "http" or "https" ? "http" : "tcp");
        Name = name ?? UriScheme;
        Port = port;
        TargetPort = targetPort;
        IsExternal = isExternal ?? false;
        IsProxied = isProxied ?? true;
    }

    /// <summary>TCP.</summary>
    public ProtocolType Protocol { get; set; }

    /// <summary>The scheme of its address.</summary>
    public string UriScheme { get; set; }

    /// <summary><c>http</c>, <c>http2</c> or <c>tcp</c>.</summary>
    public string Transport { get; set; }

    /// <summary>Its name, unique in the resource.</summary>
    public string Name { get; set; }

    /// <summary>The public port; null is a free one.</summary>
    public int? Port { get; set; }

    /// <summary>The port that the process listens on; null is a free one.</summary>
    public int? TargetPort { get; set; }

    /// <summary>The host that the process listens on.</summary>
    public string TargetHost { get; set; } = KnownHostNames.Localhost;

    /// <summary>Whether it is for callers outside the application.</summary>
    public bool IsExternal { get; set; }

    /// <summary>Whether the public port may be another than the process's own.</summary>
    public bool IsProxied { get; set; }

    /// <summary>Where it is, once that is known.</summary>
    public AllocatedEndpoint? AllocatedEndpoint
    {
        get => _current;
        set
        {
            _current = value;
            if (value is not null) _allocated.SetValue(value);
        }
    }

    internal Task<AllocatedEndpoint> GetAllocatedEndpointAsync(CancellationToken cancel) => _allocated.GetValueAsync(cancel);
}

/// <summary>Names of hosts.</summary>
public static class KnownHostNames
{
    /// <summary>This machine.</summary>
    public const string Localhost = "localhost";
}
