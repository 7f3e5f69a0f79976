using Microsoft.AspNetCore.Http;

namespace Shop.ServiceDefaults;

/// <summary>Something that must be done before requests make sense.</summary>
public interface IReadiness
{
    /// <summary>Whether it is done. Once true, it stays true.</summary>
    bool IsReady { get; }
}

/// <summary>
/// Until then requests that come all the same are told when to come again, rather than fail on a missing table.
/// </summary>
internal sealed class ReadinessGuard(RequestDelegate next, IEnumerable<IReadiness> needed)
{
    private readonly IReadiness[] _needed = [.. needed];
    private bool _ready;

    public Task InvokeAsync(HttpContext context)
    {
        // Once ready is ready for good, so the question is asked no more.
        if (_ready || context.Request.Path.StartsWithSegments("/health", StringComparison.Ordinal))
            return next(context);

        _ready = _needed.All(one => one.IsReady);
        return _ready
            ? next(context)
            : Problem.Unavailable("This service is just starting.", TimeSpan.FromSeconds(1)).ExecuteAsync(context);
    }
}
