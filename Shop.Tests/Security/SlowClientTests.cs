using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using Shop.Tests.Distributed;

namespace Shop.Tests.Security;

/// <summary>Callers who take their time, to hold what others need.</summary>
[Trait("Checklist", "H5")]
[Collection(nameof(SharedShop))]
public sealed class SlowClientTests(SharedShop shop)
{
    private const int SlowClients = 500;

    [Fact]
    public async Task Five_hundred_clients_that_never_finish_their_headers_are_disconnected()
    {
        var port = shop.PortOf("gateway");
        var path = new Uri($"/api/products/{await (await shop.OperatorAsync()).NewProductAsync()}", UriKind.Relative);
        var visitor = shop.Anonymous().Http;
        await SlowestButOneAsync(visitor, path);
        var alone = await SlowestButOneAsync(visitor, path);

        var sockets = await Task.WhenAll(Enumerable.Range(0, SlowClients).Select(_ => RawHttp.ConnectAsync(port)));
        var watch = Stopwatch.StartNew();
        using var end = new CancellationTokenSource();
        var dripping = Task.WhenAll(
            sockets.Select(
                socket => DripAsync(socket, "GET /api/products HTTP/1.1\r\nHost: localhost\r\nX: ", end.Token)));
        var beside = await SlowestButOneAsync(visitor, path);
        var answers = await Task.WhenAll(sockets.Select(socket => RawHttp.ReadAsync(socket, TimeSpan.FromSeconds(25))));
        await end.CancelAsync();
        await dripping;
        foreach (var socket in sockets)
            socket.Dispose();

        TestContext.Current.TestOutputHelper?.WriteLine(
            $"p99 alone {alone.TotalMilliseconds:0.0} ms, beside {SlowClients} "
                + $"slow clients {beside.TotalMilliseconds:0.0} ms; all gone after {watch.Elapsed.TotalSeconds:0.0} s");
        // Loosely: other tests and their processes are on the same cores.
        Assert.InRange(beside, TimeSpan.Zero, TimeSpan.FromMilliseconds(Math.Max(300, 4 * alone.TotalMilliseconds)));
        Assert.All(answers, answer => Assert.True(answer.Closed && answer.Status is 408 or 0, answer.ToString()));
        Assert.InRange(watch.Elapsed, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task A_body_that_trickles_is_given_up()
    {
        var given = await Task.WhenAll(
            TrickleAsync("Content-Length: 60000\r\n\r\n{"),
            TrickleAsync("Transfer-Encoding: chunked\r\n\r\nffff\r\n{"));

        Assert.All(given, one => Assert.True(one.Answer.Closed && one.Answer.Status == 408, one.Answer.ToString()));
        Assert.All(given, one => Assert.InRange(one.Took, TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(20)));
    }

    private async Task<(RawHttp.Answer Answer, TimeSpan Took)> TrickleAsync(string body)
    {
        using var socket = await RawHttp.ConnectAsync(shop.PortOf("gateway"));
        using var end = new CancellationTokenSource();
        var dripping = DripAsync(
            socket,
            $"POST /api/shipping/quotes HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n{body}",
            end.Token);
        var watch = Stopwatch.StartNew();
        var answer = await RawHttp.ReadAsync(socket, TimeSpan.FromSeconds(25));
        await end.CancelAsync();
        await dripping;
        return (answer, watch.Elapsed);
    }

    // Like 99 of 100: the second slowest of 200.
    private static async Task<TimeSpan> SlowestButOneAsync(HttpClient http, Uri path)
    {
        var times = new List<TimeSpan>();
        for (var i = 0; i < 200; i++)
        {
            var start = Stopwatch.GetTimestamp();
            using var answer = await http.GetAsync(path, TestContext.Current.CancellationToken);
            answer.EnsureSuccessStatusCode();
            times.Add(Stopwatch.GetElapsedTime(start));
        }

        return times.Order().ElementAt(197);
    }

    private static async Task DripAsync(Socket socket, string beginning, CancellationToken end)
    {
        try
        {
            await socket.SendAsync(Encoding.Latin1.GetBytes(beginning), end);
            using var drops = new PeriodicTimer(TimeSpan.FromMilliseconds(500));
            while (await drops.WaitForNextTickAsync(end))
                await socket.SendAsync("a"u8.ToArray(), end);
        }
        catch (Exception exception) when (exception is SocketException
            or OperationCanceledException
            or ObjectDisposedException)
        {
            // Sent away, which is what the test waits for.
        }
    }
}
