using System.Diagnostics;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Shop.Hosting.Native;

/// <summary>Healthy means: a new connection can sign in and gets an answer soon.</summary>
internal sealed class ServerHealthCheck(NativeServer server, IServiceProvider services) : IHealthCheck
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(50);
    private string? _reported;

    public async Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var started = Stopwatch.GetTimestamp();
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(Timeout);
        for (; ; )
        {
            try
            {
                if (server.ConnectionString is not { } connectionString)
                    return HealthCheckResult.Unhealthy("It has no address yet.");

                await server.Program.PingAsync(connectionString, timeout.Token);
                server.HasAnswered = true;
                _reported = null;
                return HealthCheckResult.Healthy();
            }
            catch (NativeServerException failure)
            {
                if (_reported != failure.Message) new ServerLog(server, services).Warn(failure.Message);
                _reported = failure.Message;
                return HealthCheckResult.Unhealthy(failure.Message, failure);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                return HealthCheckResult.Unhealthy($"It did not answer within {Timeout.TotalSeconds} s.");
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                // Aspire asks again only after a second or more: long for a server that starts in a fraction of that.
                if (server.HasAnswered || Stopwatch.GetElapsedTime(started) > Timeout / 2)
                    return HealthCheckResult.Unhealthy(failure.Message, failure);
                await Task.Delay(PollInterval, cancellationToken);
            }
        }
    }
}
