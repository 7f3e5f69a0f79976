using System.Collections.Concurrent;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.Local;

/// <summary>
/// The ports of the resources. One replica listens on the public port itself. Several listen on ports of their own
/// behind a forwarder on the public one. A port is kept for the life of the host.
/// </summary>
internal sealed class PublicEndpoints(PortReservations ports, HostSettings settings, ILogger<TcpForwarder> log) : IAsyncDisposable
{
    private readonly ConcurrentDictionary<EndpointAnnotation, TcpForwarder> _forwarders = new();
    private readonly ConcurrentDictionary<(EndpointAnnotation Endpoint, string Replica), int> _private = new();

    /// <summary>Decides where every endpoint of a resource is.</summary>
    public void Allocate(IResource resource)
    {
        foreach (var endpoint in resource.Annotations.OfType<EndpointAnnotation>())
        {
            var port = settings.IsTest && endpoint.IsProxied ? null : endpoint.Port;
            endpoint.AllocatedEndpoint = new AllocatedEndpoint(endpoint, endpoint.TargetHost, port ?? ports.Take());
        }
    }

    /// <summary>Makes sure that a replica can listen.</summary>
    /// <exception cref="PortInUseException">Someone else listens there.</exception>
    public void Open(IResource resource, string replica)
    {
        foreach (var endpoint in resource.Annotations.OfType<EndpointAnnotation>())
        {
            var port = endpoint.AllocatedEndpoint!.Port;
            if (ReplicaIds.CountOf(resource) == 1)
            {
                if (!PortReservations.IsFree(port)) throw new PortInUseException(resource, endpoint, port);
                continue;
            }

            lock (_forwarders)
            {
                if (_forwarders.ContainsKey(endpoint)) continue;
                if (!PortReservations.IsFree(port)) throw new PortInUseException(resource, endpoint, port);
                _forwarders[endpoint] = TcpForwarder.Start(port, log);
            }
        }

        foreach (var endpoint in resource.Annotations.OfType<EndpointAnnotation>())
        {
            var key = (endpoint, replica);
            if (!_private.TryGetValue(key, out var own) || PortReservations.IsFree(own)) continue;
            // Nobody but the forwarder knows this port, so another will do.
            _private[key] = ports.Take();
        }
    }

    /// <summary>The port that one replica listens on.</summary>
    public int PortOf(IResource resource, string replica, EndpointAnnotation endpoint) => ReplicaIds.CountOf(resource) == 1
        ? endpoint.AllocatedEndpoint!.Port
        : _private.GetOrAdd((endpoint, replica), _ => ports.Take());

    /// <summary>Lets the forwarders give connections to a replica.</summary>
    public void Join(IResource resource, string replica)
    {
        foreach (var endpoint in resource.Annotations.OfType<EndpointAnnotation>())
            if (_forwarders.TryGetValue(endpoint, out var forwarder)) forwarder.Add(PortOf(resource, replica, endpoint));
    }

    /// <summary>Lets the forwarders give no more connections to a replica.</summary>
    public void Leave(IResource resource, string replica)
    {
        foreach (var endpoint in resource.Annotations.OfType<EndpointAnnotation>())
            if (_forwarders.TryGetValue(endpoint, out var forwarder)) forwarder.Remove(PortOf(resource, replica, endpoint));
    }

    /// <summary>Whether a replica is given connections.</summary>
    public bool TakesPart(IResource resource, string replica) => ReplicaIds.CountOf(resource) == 1 || resource.Annotations.OfType<EndpointAnnotation>()
        .All(endpoint => _forwarders.TryGetValue(endpoint, out var forwarder) && forwarder.Has(PortOf(resource, replica, endpoint)));

    public async ValueTask DisposeAsync()
    {
        foreach (var forwarder in _forwarders.Values) await forwarder.DisposeAsync();
    }
}

/// <summary>Someone else listens where a resource must.</summary>
internal sealed class PortInUseException(IResource resource, EndpointAnnotation endpoint, int port) : Exception(
    $"Port {port}, where the endpoint '{endpoint.Name}' of '{resource.Name}' must listen, is in use"
    + (PortHolder.Find(port) is { } holder ? $" by {holder}." : "."));
