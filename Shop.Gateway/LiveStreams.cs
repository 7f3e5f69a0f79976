using System.Net.Http.Headers;

namespace Shop.Gateway;

/// <summary>
/// Ends forwarded server-sent events when this replica stops: as if the service had finished, so that a browser
/// connects again, to another replica. Otherwise they would hold the stop up and then break.
/// </summary>
internal sealed class LiveStreams(HttpMessageHandler inner, CancellationToken stopping) : DelegatingHandler(inner)
{
    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var response = await base.SendAsync(request, cancellationToken);
        if (response.Content.Headers.ContentType?.MediaType == "text/event-stream")
        {
            var content = new StreamContent(
                new EndingStream(await response.Content.ReadAsStreamAsync(cancellationToken), stopping));
            foreach (var (name, values) in (HttpHeaders)response.Content.Headers)
                content.Headers.TryAddWithoutValidation(name, values);

            response.Content = content;
        }

        return response;
    }

    /// <summary>Is at its end when the token is cancelled.</summary>
    private sealed class EndingStream(Stream inner, CancellationToken end) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override async ValueTask<int> ReadAsync(
            Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(end, cancellationToken);
            try
            {
                return await inner.ReadAsync(buffer, either.Token);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                return 0;
            }
        }

        public override Task<int> ReadAsync(
            byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override int Read(byte[] buffer, int offset, int count) => inner.Read(buffer, offset, count);

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                inner.Dispose();

            base.Dispose(disposing);
        }
    }
}
