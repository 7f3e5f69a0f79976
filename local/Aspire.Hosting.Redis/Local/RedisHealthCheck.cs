using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Aspire.Hosting.Local;

/// <summary>
/// Healthy means: a new connection can sign in and gets PONG. A server that still loads its data is not healthy.
/// </summary>
internal sealed class RedisHealthCheck(RedisResource redis) : IHealthCheck
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public async Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(Patience);
        try
        {
            var host = await redis.Host.GetValueAsync(deadline.Token);
            var port = await redis.Port.GetValueAsync(deadline.Token);
            if (host is null || !int.TryParse(port, CultureInfo.InvariantCulture, out var number))
                return HealthCheckResult.Unhealthy("There is no endpoint yet.");

            using var client = new TcpClient();
            await client.ConnectAsync(host, number, deadline.Token);
            await using var stream = client.GetStream();
            using var reader = new StreamReader(stream, Encoding.UTF8);
            if (redis.PasswordParameter is { } parameter)
            {
                var password = await parameter.GetValueAsync(deadline.Token) ?? "";
                var signedIn = await AskAsync(stream, reader, deadline.Token, "AUTH", password);
                if (signedIn != "+OK") return HealthCheckResult.Unhealthy($"Redis refused the password: {signedIn}");
            }

            var answer = await AskAsync(stream, reader, deadline.Token, "PING");
            return answer == "+PONG"
                ? HealthCheckResult.Healthy()
                : HealthCheckResult.Unhealthy($"Redis answers {answer}");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return HealthCheckResult.Unhealthy($"Redis did not answer within {Patience.TotalSeconds} s.");
        }
        catch (Exception failure) when (failure is SocketException or IOException)
        {
            return HealthCheckResult.Unhealthy(failure.Message, failure);
        }
    }

    // RESP: *2 CRLF $4 CRLF AUTH CRLF $6 CRLF secret CRLF, answered by one line: +OK or -ERR …
    private static async Task<string> AskAsync(
        NetworkStream stream, StreamReader reader, CancellationToken cancel, params string[] words)
    {
        var request = new StringBuilder().Append('*').Append(words.Length).Append("\r\n");
        foreach (var word in words)
            request.Append(CultureInfo.InvariantCulture, $"${Encoding.UTF8.GetByteCount(word)}\r\n{word}\r\n");
        await stream.WriteAsync(Encoding.UTF8.GetBytes(request.ToString()), cancel);
        return await reader.ReadLineAsync(cancel) ?? throw new IOException("Redis closed the connection.");
    }
}
