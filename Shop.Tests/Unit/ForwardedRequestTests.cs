using System.Net;
using System.Net.Sockets;
using System.Text;
using Shop.Gateway;

namespace Shop.Tests.Unit;

public sealed class ForwardedRequestTests : IDisposable
{
    private static readonly byte[] Answer = Encoding.ASCII.GetBytes(
        "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");

    private readonly TcpListener _service = new(IPAddress.Loopback, 0);
    private int _received;

    public ForwardedRequestTests() => _service.Start();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _service.Dispose();

    [Theory]
    [InlineData("GET", 2)]
    [InlineData("HEAD", 2)]
    [InlineData("POST", 1)]
    [InlineData("DELETE", 1)]
    public async Task A_request_whose_connection_breaks_is_sent_again_only_if_it_is_safe(string method, int times)
    {
        _ = ServeAsync(breaks: 1);

        if (times == 1)
            await Assert.ThrowsAsync<HttpRequestException>(() => SendAsync(method, refusals: 0));
        else
            Assert.Equal(HttpStatusCode.OK, await SendAsync(method, refusals: 0));

        Assert.Equal(times, _received);
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("POST")]
    public async Task A_request_that_could_not_be_sent_is_sent_when_the_service_listens(string method)
    {
        _ = ServeAsync(breaks: 0);

        Assert.Equal(HttpStatusCode.OK, await SendAsync(method, refusals: 1));

        Assert.Equal(1, _received);
    }

    [Fact]
    public async Task A_request_that_nobody_accepts_is_given_up_after_two_attempts()
    {
        var failure = await Assert.ThrowsAsync<HttpRequestException>(() => SendAsync("GET", refusals: 2));

        Assert.Equal(HttpRequestError.ConnectionError, failure.HttpRequestError);
    }

    private async Task<HttpStatusCode> SendAsync(string method, int refusals)
    {
        using var network = new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancel) =>
            {
                if (refusals-- > 0)
                    throw new SocketException((int)SocketError.ConnectionRefused);

                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
                await socket.ConnectAsync(_service.LocalEndpoint, cancel);
                return new NetworkStream(socket, ownsSocket: true);
            },
        };
        using var invoker = new HttpMessageInvoker(new SafeRetryHandler(network));
        using var request = new HttpRequestMessage(new HttpMethod(method), "http://service/");
        request.Content = method == "POST" ? new StringContent("{}") : null;
        using var response = await invoker.SendAsync(request, Cancel);
        return response.StatusCode;
    }

    /// <summary>Reads each request; answers it, or resets the connection.</summary>
    private async Task ServeAsync(int breaks)
    {
        while (true)
        {
            using var client = await _service.AcceptSocketAsync(Cancel);
            await client.ReceiveAsync(new byte[4096], Cancel);
            Interlocked.Increment(ref _received);
            if (breaks-- > 0)
                client.LingerState = new LingerOption(true, 0);
            else
                await client.SendAsync(Answer, Cancel);
        }
    }
}
