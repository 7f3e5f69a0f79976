using System.Net;
using System.Net.Sockets;

namespace Aspire.Hosting.Local;

/// <summary>
/// Free ports that no other host of this user gets while this one lives. The range lies below the one from which the
/// system takes the ports of outgoing connections, so that none of those is in the way either. A locked file stands for
/// each port: the lock ends with the process, however that ends.
/// </summary>
internal sealed class PortReservations : IDisposable
{
    private const int First = 21_000;
    private const int Count = 11_000;

    private readonly Lock _lock = new();
    private readonly Dictionary<int, FileStream> _held = [];
    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"aspire-local-{Environment.UserName}", "ports");

    /// <exception cref="DistributedApplicationException">None is free.</exception>
    public int Take()
    {
        Directory.CreateDirectory(_folder);
        lock (_lock)
        {
            var start = Random.Shared.Next(Count);
            for (var tried = 0; tried < Count; tried++)
            {
                var port = First + ((start + tried) % Count);
                if (_held.ContainsKey(port) || !IsFree(port) || TryLock(port) is not { } file) continue;

                _held[port] = file;
                return port;
            }
        }

        throw new DistributedApplicationException($"No port from {First} to {First + Count - 1} is free.");
    }

    public void Release(int port)
    {
        lock (_lock)
            if (_held.Remove(port, out var file)) file.Dispose();
    }

    public void Dispose()
    {
        lock (_lock)
        {
            foreach (var file in _held.Values) file.Dispose();
            _held.Clear();
        }
    }

    public static bool IsFree(int port) => CanBind(IPAddress.Loopback, port) && (!Socket.OSSupportsIPv6 || CanBind(IPAddress.IPv6Loopback, port));

    private static bool CanBind(IPAddress address, int port)
    {
        try
        {
            using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(address, port));
            socket.Listen();
            return true;
        }
        catch (SocketException refused)
        {
            // A machine may know IPv6 without having its loopback address.
            return refused.SocketErrorCode == SocketError.AddressNotAvailable;
        }
    }

    private FileStream? TryLock(int port)
    {
        try
        {
            return new FileStream(
                Path.Combine(_folder, $"{port}"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose);
        }
        catch (Exception taken) when (taken is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
