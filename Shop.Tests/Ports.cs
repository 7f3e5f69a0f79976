using System.Net;
using System.Net.Sockets;
using Aspire.Hosting.ApplicationModel;

namespace Shop.Tests;

/// <summary>
/// Ports for processes that start later: not of those that the system gives to outgoing connections meanwhile.
/// </summary>
internal static class Ports
{
    private const int First = 15_000;
    private const int Last = 32_000;
    private static int _last = Random.Shared.Next(First, Last);

    public static int Next()
    {
        while (true)
        {
            var port = First + (Interlocked.Increment(ref _last) % (Last - First));
            if (IsFree(port))
                return port;
        }
    }

    /// <summary>
    /// Has the one process of a service reached at a port of its own. On a busy machine the orchestrator's proxy (DCP
    /// of Aspire 13.6.5) may take calls for a service that was killed and started again, and never hand them on.
    /// </summary>
    public static void GiveOwn(IResource resource)
    {
        if (resource is not ProjectResource service || service.GetReplicaCount() > 1)
            return;

        foreach (var endpoint in service.Annotations.OfType<EndpointAnnotation>())
        {
            endpoint.IsProxied = false;
            endpoint.Port = endpoint.TargetPort = Next();
        }
    }

    private static bool IsFree(int port)
    {
        using var listener = new TcpListener(IPAddress.Loopback, port);
        try
        {
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
