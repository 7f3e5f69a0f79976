using System.Net;
using System.Net.Sockets;

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
