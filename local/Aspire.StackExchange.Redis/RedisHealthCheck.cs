using Microsoft.Extensions.Diagnostics.HealthChecks;
using StackExchange.Redis;

namespace Aspire.StackExchange.Redis;

/// <summary>Healthy while Redis answers; the client is made by the first check if nobody has used it before.</summary>
internal sealed class RedisHealthCheck(Func<IConnectionMultiplexer> client) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            await client().GetDatabase().PingAsync().WaitAsync(cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            return new(context.Registration.FailureStatus, failure.Message, failure);
        }
    }
}
