using System.Diagnostics;
using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Options;

namespace Shop.ServiceDefaults;

/// <summary>
/// Errors as RFC 9457 problems: a status, a sentence for the caller and the trace id, without internal details.
/// </summary>
public static class Problem
{
    /// <summary>400: the request can't be understood.</summary>
    public static ProblemHttpResult BadRequest(string detail) => Of(StatusCodes.Status400BadRequest, detail);

    /// <summary>401: the caller could not be identified.</summary>
    public static ProblemHttpResult Unauthorized(string detail) => Of(StatusCodes.Status401Unauthorized, detail);

    /// <summary>404: it does not exist, or it belongs to somebody else. The caller cannot tell which.</summary>
    public static ProblemHttpResult NotFound(string detail) => Of(StatusCodes.Status404NotFound, detail);

    /// <summary>409: a business rule forbids it in the current state.</summary>
    public static ProblemHttpResult Conflict(string detail) => Of(StatusCodes.Status409Conflict, detail);

    /// <summary>412: it was changed since you read it.</summary>
    public static ProblemHttpResult PreconditionFailed(string detail) =>
        Of(StatusCodes.Status412PreconditionFailed, detail);

    /// <summary>422: an idempotency key was used again for another request.</summary>
    public static ProblemHttpResult Unprocessable(string detail) =>
        Of(StatusCodes.Status422UnprocessableEntity, detail);

    /// <summary>429: too often. The delay is also sent as <c>Retry-After</c>, in whole seconds.</summary>
    public static ProblemHttpResult TooManyRequests(string detail, TimeSpan retryAfter) =>
        Of(StatusCodes.Status429TooManyRequests, detail, retryAfter);

    /// <summary>
    /// 503: a dependency is unavailable, and nothing was done. The delay is also sent as <c>Retry-After</c>.
    /// </summary>
    public static ProblemHttpResult Unavailable(string detail, TimeSpan retryAfter) =>
        Of(StatusCodes.Status503ServiceUnavailable, detail, retryAfter);

    internal static Dictionary<string, object?> Trace() =>
        Activity.Current is { } activity ? new() { ["traceId"] = activity.TraceId.ToHexString() } : [];

    private static ProblemHttpResult Of(int status, string detail, TimeSpan? retryAfter = null)
    {
        var extensions = Trace();
        if (retryAfter is { } delay)
            extensions["retryAfter"] = Seconds(delay);

        return TypedResults.Problem(detail, statusCode: status, extensions: extensions);
    }

    internal static long Seconds(TimeSpan delay) => Math.Max(1, (long)Math.Ceiling(delay.TotalSeconds));

    /// <summary>
    /// Writes every problem as JSON, whatever the <c>Accept</c> header says, so that errors have one format.
    /// </summary>
    internal sealed class Writer(IOptions<ProblemDetailsOptions> options) : IProblemDetailsWriter
    {
        public bool CanWrite(ProblemDetailsContext context) => true;

        public ValueTask WriteAsync(ProblemDetailsContext context)
        {
            var problem = context.ProblemDetails;
            problem.Status ??= context.HttpContext.Response.StatusCode;
            problem.Title ??= ReasonPhrases.GetReasonPhrase(problem.Status.Value);
            options.Value.CustomizeProblemDetails?.Invoke(context);
            return new(context.HttpContext.Response.WriteAsJsonAsync(
                problem, options: null, "application/problem+json", context.HttpContext.RequestAborted));
        }
    }

    /// <summary>Adds the trace id and Retry-After to every problem, including those of ASP.NET Core itself.</summary>
    internal static void Complete(ProblemDetailsContext context)
    {
        var problem = context.ProblemDetails;
        problem.Extensions["traceId"] = Activity.Current?.TraceId.ToHexString() ?? context.HttpContext.TraceIdentifier;
        if (problem.Extensions.TryGetValue("retryAfter", out var seconds) && seconds is long value)
            context.HttpContext.Response.Headers.RetryAfter = value.ToString(CultureInfo.InvariantCulture);
    }
}
