using System.Collections.Concurrent;
using System.Threading.Channels;

namespace StackExchange.Redis.Internal;

/// <summary>
/// Sends commands one behind the other without waiting for replies, which come in the same order. What was not sent waits
/// for the next line, for as long as the async timeout; what was sent on a lost line has failed.
/// </summary>
internal sealed class InteractiveConnection(ConfigurationOptions options, string clientName)
    : Connection(options, ConnectionType.Interactive, clientName)
{
    private const int MostUnflushed = 64 * 1024;

    // One reader at a time: the sender while there is a line, else the caretaker.
    private readonly Channel<Command> _waiting = Channel.CreateUnbounded<Command>(new() { SingleReader = true });
    private readonly ConcurrentQueue<Command> _sent = new();
    private long _count;

    public long Count => Interlocked.Read(ref _count);

    public void Send(Command command)
    {
        Interlocked.Increment(ref _count);
        if (!_waiting.Writer.TryWrite(command))
        {
            command.Fail(new ObjectDisposedException(nameof(ConnectionMultiplexer)));
        }
    }

    /// <summary>Takes no more commands and waits for the replies to those it has.</summary>
    public async Task DrainAsync()
    {
        _waiting.Writer.TryComplete();
        for (var until = Environment.TickCount64 + Timeout;
            IsConnected && Environment.TickCount64 < until && (!_sent.IsEmpty || _waiting.Reader.TryPeek(out _));)
        {
            await Task.Delay(10);
        }
    }

    private protected override Task[] Serve(Transport transport, CancellationToken cancel) =>
        [SendAsync(transport, cancel), transport.ReadAsync(Complete, () => LastRead = Environment.TickCount64, cancel)];

    private protected override void WhileAway()
    {
        var oldest = Environment.TickCount64 - Timeout;
        while (_waiting.Reader.TryPeek(out var next) && next.Given < oldest && _waiting.Reader.TryRead(out next))
        {
            next.Fail(new RedisConnectionException(
                LastFailure?.FailureType ?? ConnectionFailureType.UnableToConnect,
                $"No connection became available within {Timeout} ms to send {next.Name}. {LastFailure?.Message}",
                LastFailure,
                CommandStatus.WaitingInBacklog));
        }
    }

    private protected override void OnHeartbeat(long now)
    {
        var isSilent = now - LastRead > Timeout;
        foreach (var command in _sent)
        {
            if (now - command.Sent <= Timeout)
            {
                break;
            }

            command.Fail(new RedisTimeoutException($"Timeout performing {command.Name} ({Timeout} ms).", CommandStatus.Sent));
            if (isSilent)
            {
                throw new TimeoutException($"The server did not answer within {Timeout} ms.");
            }
        }

        if (_sent.IsEmpty && now - LastRead > Options.SilenceBeforePing.TotalMilliseconds)
        {
            _waiting.Writer.TryWrite(new UnattendedCommand("PING", [], -1));
        }
    }

    private protected override void OnLost(RedisConnectionException failure)
    {
        var now = Environment.TickCount64;
        while (_sent.TryDequeue(out var command))
        {
            command.Fail(now - command.Sent > Timeout
                ? new RedisTimeoutException($"Timeout performing {command.Name} ({Timeout} ms).", CommandStatus.Sent)
                : new RedisConnectionException(
                    failure.FailureType, $"{failure.Message} ({command.Name})", failure.InnerException, CommandStatus.Sent));
        }
    }

    private protected override void OnClosed(RedisConnectionException failure)
    {
        _waiting.Writer.TryComplete();
        while (_waiting.Reader.TryRead(out var command))
        {
            command.Fail(failure);
        }
    }

    private async Task SendAsync(Transport transport, CancellationToken cancel)
    {
        var database = Options.DefaultDatabase ?? 0;
        while (await _waiting.Reader.WaitToReadAsync(cancel))
        {
            while (transport.Output.UnflushedBytes < MostUnflushed && _waiting.Reader.TryRead(out var command))
            {
                if (command.Database >= 0 && command.Database != database)
                {
                    database = command.Database;
                    Write(transport, new SelectCommand(database));
                }

                Write(transport, command);
            }

            await transport.Output.FlushAsync(cancel);
        }

        // Closed, but the replies may still come: it is the closing that ends the line.
        await Task.Delay(System.Threading.Timeout.Infinite, cancel);
    }

    private void Write(Transport transport, Command command)
    {
        command.Sent = Environment.TickCount64;
        _sent.Enqueue(command);
        RespWriter.WriteCommand(transport.Output, command.Name, command.Arguments);
    }

    private bool Complete(RespValue reply)
    {
        if (!_sent.TryDequeue(out var command))
        {
            throw new ProtocolException("A reply came that no command asked for.");
        }

        command.Complete(reply);
        return true;
    }
}
