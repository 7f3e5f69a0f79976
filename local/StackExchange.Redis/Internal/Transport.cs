using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace StackExchange.Redis.Internal;

/// <summary>One line to a server, signed in and ready.</summary>
internal sealed class Transport : IDisposable
{
    private readonly Socket _socket;
    private Stream? _stream;

    private Transport(Socket socket, EndPoint endPoint) => (_socket, EndPoint) = (socket, endPoint);

    public EndPoint EndPoint { get; }

    public PipeReader Input { get; private set; } = null!;

    public PipeWriter Output { get; private set; } = null!;

    public RespReader Replies { get; } = new();

    public static async Task<Transport> ConnectAsync(
        ConfigurationOptions options, EndPoint endPoint, string clientName, CancellationToken cancel)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(options.ConnectTimeout);
        var socket = endPoint is UnixDomainSocketEndPoint
            ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
            : new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        var transport = new Transport(socket, endPoint);
        try
        {
            await socket.ConnectAsync(endPoint, limit.Token);
            await transport.OpenAsync(options, limit.Token);
            await transport.SignInAsync(options, clientName, limit.Token);
            return transport;
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            transport.Dispose();
            throw new TimeoutException($"The server did not answer within {options.ConnectTimeout} ms.");
        }
        catch
        {
            transport.Dispose();
            throw;
        }
    }

    /// <summary>Ends what is being read and written now.</summary>
    public void Abort() => _socket.Dispose();

    public void Dispose()
    {
        _socket.Dispose();
        _stream?.Dispose();
    }

    /// <summary>The next replies to come; calls back for each, and ends only by an exception or by the callback's no.</summary>
    public async Task ReadAsync(Func<RespValue, bool> reply, Action? read, CancellationToken cancel)
    {
        while (true)
        {
            var result = await Input.ReadAsync(cancel);
            read?.Invoke();
            var isOver = Deliver(result.Buffer, reply, out var consumed);
            Input.AdvanceTo(consumed, isOver ? consumed : result.Buffer.End);
            if (isOver)
            {
                return;
            }

            if (result.IsCompleted)
            {
                throw new EndOfStreamException("The server closed the connection.");
            }
        }
    }

    private bool Deliver(ReadOnlySequence<byte> buffer, Func<RespValue, bool> reply, out SequencePosition consumed)
    {
        var reader = new SequenceReader<byte>(buffer);
        var goesOn = true;
        while (goesOn && Replies.TryRead(ref reader, out var value))
        {
            goesOn = reply(value);
        }

        consumed = reader.Position;
        return !goesOn;
    }

    private async Task OpenAsync(ConfigurationOptions options, CancellationToken cancel)
    {
        _stream = new NetworkStream(_socket, ownsSocket: false);
        if (options.Ssl)
        {
            var secure = new SslStream(_stream);
            _stream = secure;
            await secure.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions
                {
                    TargetHost = options.SslHost ?? (EndPoint as DnsEndPoint)?.Host ?? (EndPoint as IPEndPoint)?.Address.ToString(),
                    EnabledSslProtocols = options.SslProtocols ?? default,
                    CertificateRevocationCheckMode =
                        options.CheckCertificateRevocation ? X509RevocationMode.Online : X509RevocationMode.NoCheck,
                    RemoteCertificateValidationCallback = options.CertificateCallback,
                },
                cancel);
        }

        Input = PipeReader.Create(_stream, new(bufferSize: 64 * 1024, minimumReadSize: 4096));
        Output = PipeWriter.Create(_stream, new(minimumBufferSize: 32 * 1024));
    }

    private async Task SignInAsync(ConfigurationOptions options, string clientName, CancellationToken cancel)
    {
        List<(string Name, RedisValue[] Arguments)> commands = [];
        if (options.Password is { Length: > 0 } password)
        {
            commands.Add(("AUTH", options.User is { Length: > 0 } user ? [user, password] : [password]));
        }

        commands.Add(("CLIENT", ["SETNAME", clientName]));
        if (options.DefaultDatabase is > 0 and var database)
        {
            commands.Add(("SELECT", [database]));
        }

        commands.Add(("PING", []));
        foreach (var (name, arguments) in commands)
        {
            RespWriter.WriteCommand(Output, name, arguments);
        }

        await Output.FlushAsync(cancel);
        var answered = 0;
        await ReadAsync(Answer, null, cancel);

        bool Answer(RespValue reply)
        {
            // Neither a name that is refused nor a full disk (MISCONF) makes the line unfit.
            if (reply.Kind == RespKind.Error && SignInFailure(commands[answered].Name, reply.Text) is { } failure)
            {
                throw new RedisConnectionException(failure, $"{commands[answered].Name}: {reply.Text}");
            }

            return ++answered < commands.Count;
        }
    }

    private static ConnectionFailureType? SignInFailure(string command, string error) =>
        error.StartsWith("LOADING", StringComparison.Ordinal) ? ConnectionFailureType.Loading
        : command is "AUTH" || error.StartsWith("NOAUTH", StringComparison.Ordinal)
            ? ConnectionFailureType.AuthenticationFailure
        : command is "SELECT" ? ConnectionFailureType.ProtocolFailure
        : null;
}
