using Microsoft.AspNetCore.Http;

namespace Shop.ServiceDefaults;

/// <summary>A condition that must be met before the service can answer requests.</summary>
public interface IReadiness
{
    /// <summary>Whether it is met. Once true, it stays true.</summary>
    bool IsReady { get; }
}

/// <summary>
/// Answers 503 with Retry-After until every <see cref="IReadiness"/> is met; otherwise an early request would fail on
/// a missing table.
/// </summary>
internal sealed class ReadinessGuard(RequestDelegate next, IEnumerable<IReadiness> conditions)
{
    private readonly IReadiness[] _conditions = [.. conditions];
    private bool _ready;

    public Task InvokeAsync(HttpContext context)
    {
        // Readiness does not go away, so it is not checked again.
        if (_ready || context.Request.Path.StartsWithSegments("/health", StringComparison.Ordinal))
            return next(context);

        _ready = _conditions.All(condition => condition.IsReady);
        return _ready
            ? next(context)
            : Problem.Unavailable("This service is just starting.", TimeSpan.FromSeconds(1)).ExecuteAsync(context);
    }
}
