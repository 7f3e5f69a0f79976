using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using Microsoft.AspNetCore.Connections;

namespace Shop.Monolith;

/// <summary>Where a module of this process listens. Nobody outside of the process can connect to it.</summary>
internal sealed class ModuleEndPoint(string module) : EndPoint
{
    public string Module => module;

    public override string ToString() => $"module {module}";
}

/// <summary>
/// HTTP between the modules of a process without a socket: Kestrel and HttpClient as between services, joined by two
/// pipes. So clients, handlers, limits, time-outs and streaming behave as they do over a network.
/// </summary>
/// <param name="modules">Those of this process, whether they have started or not.</param>
internal sealed class MemoryTransport(IReadOnlyCollection<string> modules)
    : IConnectionListenerFactory, IConnectionListenerFactorySelector
{
    private readonly ConcurrentDictionary<string, Listener> _listeners = new();

    /// <summary>For service discovery: modules that are here are called by their names.</summary>
    public IEnumerable<KeyValuePair<string, string?>> Addresses =>
        modules.Select(module => KeyValuePair.Create($"services:{module}:http:0", (string?)$"http://{module}"));

    public bool CanBind(EndPoint endpoint) => endpoint is ModuleEndPoint;

    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        var listener = new Listener(this, (ModuleEndPoint)endpoint);
        return _listeners.TryAdd(listener.Module, listener)
            ? new(listener)
            : throw new AddressInUseException($"There are two modules of the name {listener.Module}.");
    }

    /// <summary>Connects a client: to a module of this process, or by TCP to what is elsewhere.</summary>
    /// <exception cref="SocketException">
    /// The module has not started or has ended, which clients treat as they treat a service that is down.
    /// </exception>
    public async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancel)
    {
        var target = context.DnsEndPoint;
        if (modules.Contains(target.Host))
        {
            var connection = new MemoryConnection();
            return _listeners.TryGetValue(target.Host, out var listener) && listener.TryConnect(connection)
                ? connection.ClientSide
                : throw new SocketException((int)SocketError.ConnectionRefused);
        }

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(target, cancel);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private sealed class Listener(MemoryTransport transport, ModuleEndPoint endpoint) : IConnectionListener
    {
        private readonly Channel<MemoryConnection> _waiting = Channel.CreateUnbounded<MemoryConnection>();

        public EndPoint EndPoint => endpoint;

        public string Module => endpoint.Module;

        public bool TryConnect(MemoryConnection connection) => _waiting.Writer.TryWrite(connection);

        public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default) =>
            await _waiting.Reader.WaitToReadAsync(cancellationToken) && _waiting.Reader.TryRead(out var connection)
                ? connection
                : null;

        public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
        {
            transport._listeners.TryRemove(new(Module, this));
            _waiting.Writer.TryComplete();
            return default;
        }

        public ValueTask DisposeAsync() => UnbindAsync();
    }
}
