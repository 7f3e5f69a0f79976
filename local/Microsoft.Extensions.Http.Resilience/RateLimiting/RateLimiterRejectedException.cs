namespace Polly.RateLimiting;

/// <summary>An execution was refused because too many were under way.</summary>
public sealed class RateLimiterRejectedException : ExecutionRejectedException
{
    /// <summary>An execution was refused.</summary>
    public RateLimiterRejectedException()
        : base("The execution was refused: too many are under way.")
    {
    }
}
