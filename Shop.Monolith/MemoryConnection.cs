using System.IO.Pipelines;
using System.Net;
using Microsoft.AspNetCore.Connections;

namespace Shop.Monolith;

/// <summary>Both ends of one connection: two pipes, crossed.</summary>
internal sealed class MemoryConnection : DefaultConnectionContext, IDuplexPipe
{
    private readonly Pipe _toServer = new();
    private readonly Pipe _toClient = new();
    private readonly CancellationTokenSource _closed = new();

    public MemoryConnection()
        : base(Guid.CreateVersion7().ToString())
    {
        Transport = this;
        ClientSide = new ClientStream(this);
        ConnectionClosed = _closed.Token;
        // The caller is this process. The gateway says whom it calls for, as it does to services.
        LocalEndPoint = RemoteEndPoint = new IPEndPoint(IPAddress.Loopback, 0);
    }

    public Stream ClientSide { get; }

    PipeReader IDuplexPipe.Input => _toServer.Reader;

    PipeWriter IDuplexPipe.Output => _toClient.Writer;

    public override void Abort(ConnectionAbortedException abortReason)
    {
        // Kestrel ends the connection then, and with it both pipes.
        _toServer.Reader.CancelPendingRead();
        _toClient.Writer.CancelPendingFlush();
        _closed.Cancel();
    }

    public override async ValueTask DisposeAsync()
    {
        await _toServer.Reader.CompleteAsync();
        await _toClient.Writer.CompleteAsync();
        await base.DisposeAsync();
    }

    private void CloseClientSide()
    {
        _toServer.Writer.Complete();
        _toClient.Reader.Complete();
        // As a closed socket tells it: nobody waits for the answer any more.
        _closed.Cancel();
    }

    private sealed class ClientStream(MemoryConnection connection) : Stream
    {
        private readonly Stream _input = connection._toClient.Reader.AsStream();
        private readonly Stream _output = connection._toServer.Writer.AsStream();

        public override bool CanRead => true;

        public override bool CanWrite => true;

        public override bool CanSeek => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override ValueTask<int> ReadAsync(
            Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            _input.ReadAsync(buffer, cancellationToken);

        public override Task<int> ReadAsync(
            byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            _input.ReadAsync(buffer, offset, count, cancellationToken);

        public override ValueTask WriteAsync(
            ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
            _output.WriteAsync(buffer, cancellationToken);

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            _output.WriteAsync(buffer, offset, count, cancellationToken);

        public override Task FlushAsync(CancellationToken cancellationToken) => _output.FlushAsync(cancellationToken);

        public override int Read(byte[] buffer, int offset, int count) => _input.Read(buffer, offset, count);

        public override void Write(byte[] buffer, int offset, int count) => _output.Write(buffer, offset, count);

        public override void Flush() => _output.Flush();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                connection.CloseClientSide();

            base.Dispose(disposing);
        }
    }
}
