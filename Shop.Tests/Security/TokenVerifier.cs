using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Aspire.Hosting.Testing;
using Shop.Tests.Distributed;

namespace Shop.Tests.Security;

/// <summary>What a verifier answered, with what differs from time to time left out.</summary>
internal sealed record VerifierAnswer(int Status, string Challenge, string Body);

/// <summary>A place where tokens are verified: the gateway, or a service that is reached past it.</summary>
internal sealed record TokenVerifier(Uri Address, string Path)
{
    public override string ToString() => $"{Address}{Path}";

    /// <summary>One request whose header lines of <c>Authorization</c> are exactly these.</summary>
    public async Task<VerifierAnswer> SendAsync(params string[] authorization)
    {
        var cancel = TestContext.Current.CancellationToken;
        using var client = new TcpClient();
        await client.ConnectAsync(Address.Host, Address.Port, cancel);
        await using var stream = client.GetStream();
        var lines = string.Concat(authorization.Select(value => $"Authorization: {value}\r\n"));
        await stream.WriteAsync(
            Encoding.Latin1.GetBytes(
                $"GET {Path} HTTP/1.1\r\nHost: {Address.Authority}\r\nConnection: close\r\n{lines}\r\n"),
            cancel);
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return Read(await reader.ReadToEndAsync(cancel));
    }

    public static TokenVerifier[] Of(RunningShop shop) =>
    [
        new(shop.App.GetEndpoint("gateway", "http"), "/api/orders"),
        new(shop.App.GetEndpoint("orders", "http"), "/api/orders"),
        new(shop.App.GetEndpoint("users", "http"), "/api/users/me"),
    ];

    private static VerifierAnswer Read(string answer)
    {
        var head = answer[..answer.IndexOf("\r\n\r\n", StringComparison.Ordinal)].Split("\r\n");
        var body = answer[answer.IndexOf("\r\n\r\n", StringComparison.Ordinal)..];
        var problem = body.IndexOf('{', StringComparison.Ordinal) is var from and >= 0
            ? JsonNode.Parse(body[from..(body.LastIndexOf('}') + 1)])!.AsObject()
            : [];
        problem.Remove("traceId");
        return new(
            int.Parse(head[0].Split(' ')[1], CultureInfo.InvariantCulture),
            string.Join(
                '|',
                head.Where(line => line.StartsWith("WWW-Authenticate:", StringComparison.OrdinalIgnoreCase))
                    .Select(line => line[17..].Trim())),
            problem.ToJsonString());
    }
}
