using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;

namespace Shop.Tests.Security;

/// <summary>Sends bytes as they are, for requests that no HTTP client would make.</summary>
internal static partial class RawHttp
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(15);

    /// <summary>What came back until the server closed, or until nothing more came.</summary>
    /// <param name="Text">All of it, head and body.</param>
    /// <param name="Closed">Whether the server closed the connection.</param>
    public sealed record Answer(string Text, bool Closed)
    {
        /// <summary>The status of every response, in order.</summary>
        public int[] Statuses =>
        [
            .. StatusLine().Matches(Text).Select(match => int.Parse(match.Groups[1].ValueSpan, null)),
        ];

        public int Status => Statuses is [var first, ..] ? first : 0;

        public string Body =>
            Text.IndexOf("\r\n\r\n", StringComparison.Ordinal) is >= 0 and var end ? Text[(end + 4)..] : "";

        public override string ToString() => $"{string.Join(' ', Statuses)} {(Closed ? "closed" : "open")}: {Text}";
    }

    /// <summary>Characters are bytes (Latin-1), so that any byte can be written.</summary>
    public static async Task<Answer> SendAsync(int port, string request, TimeSpan? timeout = null)
    {
        using var socket = await ConnectAsync(port);
        try
        {
            await socket.SendAsync(Encoding.Latin1.GetBytes(request));
        }
        catch (SocketException)
        {
            // Refused before all of it was sent; the answer says why.
        }

        return await ReadAsync(socket, timeout);
    }

    public static async Task<Socket> ConnectAsync(int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, port, TestContext.Current.CancellationToken);
        return socket;
    }

    public static async Task<Answer> ReadAsync(Socket socket, TimeSpan? timeout = null)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        end.CancelAfter(timeout ?? Timeout);
        var text = new StringBuilder();
        var buffer = new byte[16 * 1024];
        try
        {
            while (await socket.ReceiveAsync(buffer, SocketFlags.None, end.Token) is > 0 and var count)
                text.Append(Encoding.Latin1.GetString(buffer, 0, count));

            return new(text.ToString(), Closed: true);
        }
        catch (SocketException)
        {
            return new(text.ToString(), Closed: true);
        }
        catch (OperationCanceledException) when (!TestContext.Current.CancellationToken.IsCancellationRequested)
        {
            return new(text.ToString(), Closed: false);
        }
    }

    [GeneratedRegex(@"HTTP/1\.[01] (\d{3}) ")]
    private static partial Regex StatusLine();
}
