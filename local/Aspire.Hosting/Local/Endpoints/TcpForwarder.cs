using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.Local;

/// <summary>One public port before several replicas. Each new connection goes to the next replica that takes it.</summary>
internal sealed partial class TcpForwarder : IAsyncDisposable
{
    private const int BufferSize = 64 * 1024;

    private readonly CancellationTokenSource _over = new();
    private readonly ILogger _log;
    private readonly IReadOnlyList<Socket> _listeners;
    private readonly Task _accepting;
    private ImmutableList<int> _targets = [];
    private int _turn;

    private TcpForwarder(IReadOnlyList<Socket> listeners, ILogger log)
    {
        (_listeners, _log) = (listeners, log);
        _accepting = Task.WhenAll(listeners.Select(listener => Task.Run(() => AcceptAsync(listener))));
    }

    public static TcpForwarder Start(int port, ILogger log)
    {
        List<Socket> listeners = [];
        foreach (var address in new[] { IPAddress.Loopback, IPAddress.IPv6Loopback })
        {
            if (address.AddressFamily == AddressFamily.InterNetworkV6 && !Socket.OSSupportsIPv6) continue;
            var listener = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                listener.Bind(new IPEndPoint(address, port));
                listener.Listen();
                listeners.Add(listener);
            }
            catch (SocketException missing) when (missing.SocketErrorCode == SocketError.AddressNotAvailable)
            {
                listener.Dispose();
            }
        }

        return new TcpForwarder(listeners, log);
    }

    public void Add(int target) => ImmutableInterlocked.Update(ref _targets, all => all.Contains(target) ? all : all.Add(target));

    public bool Has(int target) => _targets.Contains(target);

    public void Remove(int target) => ImmutableInterlocked.Update(ref _targets, all => all.Remove(target));

    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync();
        foreach (var listener in _listeners) listener.Dispose();
        await _accepting;
        _over.Dispose();
    }

    private async Task AcceptAsync(Socket listener)
    {
        while (!_over.IsCancellationRequested)
        {
            try
            {
                var client = await listener.AcceptAsync(_over.Token);
                _ = ServeAsync(client);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (SocketException failure)
            {
                // The client went away before it was accepted.
                LogFailure(failure);
            }
        }
    }

    private async Task ServeAsync(Socket client)
    {
        using (client)
        {
            try
            {
                using var server = await ConnectAsync();
                if (server is null)
                {
                    // A reset, as from a port where nobody listens.
                    client.LingerState = new LingerOption(true, 0);
                    return;
                }

                client.NoDelay = server.NoDelay = true;
                await Task.WhenAll(CopyAsync(client, server), CopyAsync(server, client));
            }
            catch (Exception failure) when (failure is SocketException or OperationCanceledException or ObjectDisposedException)
            {
                LogFailure(failure);
            }
        }
    }

    private async Task<Socket?> ConnectAsync()
    {
        var targets = _targets;
        var first = Interlocked.Increment(ref _turn);
        for (var tried = 0; tried < targets.Count; tried++)
        {
            var server = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                await server.ConnectAsync(IPAddress.Loopback, targets[(int)((uint)(first + tried) % targets.Count)], _over.Token);
                return server;
            }
            catch (SocketException)
            {
                // It has just ended, or does not listen yet: the next may.
                server.Dispose();
            }
        }

        return null;
    }

    private async Task CopyAsync(Socket from, Socket to)
    {
        var buffer = new byte[BufferSize];
        try
        {
            while (await from.ReceiveAsync(buffer.AsMemory(), SocketFlags.None, _over.Token) is > 0 and var count)
                for (var sent = 0; sent < count;) sent += await to.SendAsync(buffer.AsMemory(sent, count - sent), SocketFlags.None, _over.Token);
            to.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException)
        {
            // One side broke off: the other must not wait for it.
            from.Close(0);
            to.Close(0);
        }
    }

    [LoggerMessage(LogLevel.Debug, "A forwarded connection broke")]
    private partial void LogFailure(Exception failure);
}
