using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Shop.Tests.Chaos;

/// <summary>What a cut wire still carries.</summary>
public enum Wire
{
    Whole,

    /// <summary>Nothing arrives, and nobody is told.</summary>
    Silent,

    /// <summary>Requests arrive and are carried out; their answers are lost.</summary>
    LosesAnswers,
}

/// <summary>
/// A wire between the services and what they stand on, so that it can be cut as networks cut: by a reset, or without a
/// word. A connection that was cut stays lost when the wire is whole again; only new ones work, as behind a firewall that
/// has forgotten the old ones.
/// </summary>
public sealed class TcpProxy : IAsyncDisposable
{
    private readonly CancellationTokenSource _over = new();
    private readonly ConcurrentDictionary<Link, Task> _links = new();
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly Task _accepting;
    private volatile Wire _wire;

    public TcpProxy()
    {
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
        _accepting = AcceptAsync();
    }

    public static string Host => "127.0.0.1";

    public int Port => ((IPEndPoint)_listener.LocalEndPoint!).Port;

    /// <summary>Says of each new connection where it leads to; nowhere ends it.</summary>
    public Func<EndPoint?> Route { get; set; } = () => null;

    /// <summary>Connections that are not cut.</summary>
    public int Whole => _links.Keys.Count(link => link.Wire == Wire.Whole);

    /// <summary>Cuts every connection, and new ones too, until <see cref="Mend"/>.</summary>
    public void Cut(Wire wire)
    {
        _wire = wire;
        foreach (var link in _links.Keys)
            link.Wire = wire;
    }

    public void Mend()
    {
        _wire = Wire.Whole;
        // The server learns at last which of its clients are gone.
        foreach (var link in _links.Keys)
            link.Mended.TrySetResult();
    }

    /// <summary>Breaks off every connection at both ends.</summary>
    public void Reset()
    {
        foreach (var link in _links.Keys)
            link.Reset();
    }

    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync();
        _listener.Dispose();
        await _accepting;
        await Task.WhenAll(_links.Values);
        _over.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_over.IsCancellationRequested)
        {
            try
            {
                var link = new Link(await _listener.AcceptAsync(_over.Token)) { Wire = _wire };
                _links[link] = ServeAsync(link);
            }
            catch (Exception exception) when (exception is SocketException or OperationCanceledException or ObjectDisposedException)
            {
                // A client that was gone before it was accepted, or the end.
            }
        }
    }

    private async Task ServeAsync(Link link)
    {
        await Task.Yield();
        try
        {
            if (Route() is not { } target)
            {
                link.Reset();
                return;
            }

            await link.Server.ConnectAsync(target, _over.Token);
            await Task.WhenAll(CarryAsync(link, isAnswer: false), CarryAsync(link, isAnswer: true));
            link.Close();
        }
        catch (Exception exception) when (exception is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            link.Reset();
        }
        finally
        {
            _links.TryRemove(link, out _);
        }
    }

    private async Task CarryAsync(Link link, bool isAnswer)
    {
        var (from, to) = isAnswer ? (link.Server, link.Client) : (link.Client, link.Server);
        var buffer = new byte[16 * 1024];
        try
        {
            while (await from.ReceiveAsync(buffer, _over.Token) is > 0 and var count)
            {
                for (var sent = 0; sent < count && link.Carries(isAnswer);)
                    sent += await to.SendAsync(buffer.AsMemory(sent, count - sent), _over.Token);
            }
        }
        catch (SocketException) when (link.Wire == Wire.Whole)
        {
            link.Reset();
            return;
        }
        catch (SocketException)
        {
            // It broke off, which the other end does not learn from a cut wire.
        }

        if (link.Wire == Wire.Whole)
        {
            to.Shutdown(SocketShutdown.Send);
        }
        else if (!isAnswer)
        {
            await link.Mended.Task.WaitAsync(_over.Token);
            link.Reset();
        }
    }

    private sealed class Link(Socket client)
    {
        public Socket Client => client;

        public Socket Server { get; } = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };

        public Wire Wire { get; set; }

        public TaskCompletionSource Mended { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public bool Carries(bool isAnswer) => Wire == Wire.Whole || (Wire == Wire.LosesAnswers && !isAnswer);

        public void Reset()
        {
            client.Close(0);
            Server.Close(0);
        }

        public void Close()
        {
            client.Dispose();
            Server.Dispose();
        }
    }
}
