using System.Net;
using Polly;
using Polly.Timeout;

namespace Microsoft.Extensions.Http.Resilience;

/// <summary>Says which outcomes of a request may pass by themselves.</summary>
public static class HttpClientResiliencePredicates
{
    /// <summary>
    /// True for 5xx, 408 and 429, for a request that has failed on the way, and for an attempt that has timed out.
    /// </summary>
    /// <param name="outcome">The response or the exception.</param>
    /// <returns>Whether another try may do better.</returns>
    public static bool IsTransient(Outcome<HttpResponseMessage> outcome) => outcome switch
    {
        { Exception: HttpRequestException or TimeoutRejectedException } => true,
        { Result.StatusCode: >= HttpStatusCode.InternalServerError } => true,
        { Result.StatusCode: HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests } => true,
        _ => false,
    };

    // A connection that could not be made in time looks like a cancellation, except that nobody has cancelled.
    internal static bool IsConnectTimeout(Outcome<HttpResponseMessage> outcome, CancellationToken caller) =>
        !caller.IsCancellationRequested
        && outcome.Exception is OperationCanceledException { InnerException: TimeoutException };
}
