using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Aspire.Hosting.Local;

/// <summary>Asks an HTTP endpoint and expects one status code.</summary>
internal sealed class HttpHealthCheck(EndpointReference endpoint, string path, int expected, HealthProbe probe) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        if (!endpoint.IsAllocated) return HealthCheckResult.Unhealthy("It is not known yet where the endpoint is.");

        try
        {
            var status = await probe.AskAsync(new Uri(new Uri(endpoint.Url), path), cancellationToken);
            return status == expected
                ? HealthCheckResult.Healthy()
                : HealthCheckResult.Unhealthy($"{path} answers {status}, not {expected}");
        }
        catch (HttpRequestException failure)
        {
            return HealthCheckResult.Unhealthy($"{path} does not answer: {failure.Message}");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return HealthCheckResult.Unhealthy($"{path} does not answer in time");
        }
    }
}

/// <summary>
/// Asks without the application's HTTP defaults, whose retries would hide what is to be found out, and on a connection
/// of its own each time, so that replicas take turns.
/// </summary>
internal sealed class HealthProbe : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly HttpMessageInvoker _http = new(new SocketsHttpHandler
    {
        UseProxy = false,
        AllowAutoRedirect = false,
        ActivityHeadersPropagator = null,
    });

    public async Task<int> AskAsync(Uri address, CancellationToken cancel)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(Patience);
        using var request = new HttpRequestMessage(HttpMethod.Get, address) { Headers = { ConnectionClose = true } };
        using var answer = await _http.SendAsync(request, patience.Token);
        return (int)answer.StatusCode;
    }

    public void Dispose() => _http.Dispose();
}
