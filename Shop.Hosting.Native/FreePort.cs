using System.Net;
using System.Net.Sockets;
using Aspire.Hosting.ApplicationModel;

namespace Shop.Hosting.Native;

/// <summary>
/// Ports of the loopback for processes that start later. They lie below those that a system gives to outgoing
/// connections (from 32,768 on Linux, 49,152 elsewhere): any client on this machine could take one of those before the
/// server starts, or while it is down.
/// </summary>
internal static class FreePort
{
    private const int First = 15_000;
    private const int Last = 32_000;

    // Two hosts that start at the same time begin to look in different places.
    private static int _last = Random.Shared.Next(First, Last);

    /// <summary>A port that nobody listens at, and that this process has not returned before.</summary>
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
    /// Has a resource reached at ports of its own instead of the orchestrator's proxy. That one (DCP of Aspire 13.6.5)
    /// costs every call one more process, and on a busy machine it may take calls for a service that was killed and
    /// started again, and never hand them on. Replicas need it, since they share its port.
    /// </summary>
    public static void GiveTo(IResource resource)
    {
        foreach (var endpoint in resource.Annotations.OfType<EndpointAnnotation>())
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
