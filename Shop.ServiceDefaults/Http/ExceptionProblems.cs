using System.Data.Common;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Logging;
using Polly;

namespace Shop.ServiceDefaults;

/// <summary>
/// Turns an exception of a handler into a problem: invalid input into 4xx, an unavailable dependency into 503, anything
/// else into a 500 without details.
/// </summary>
internal sealed partial class ExceptionProblems(ILogger<ExceptionProblems> log) : IExceptionHandler
{
    private const int MaxPathLength = 200;

    public async ValueTask<bool> TryHandleAsync(HttpContext context, Exception exception, CancellationToken cancel)
    {
        var problem = exception switch
        {
            BadHttpRequestException { StatusCode: 400 } bad => Problem.BadRequest(Explain(bad)),
            BadHttpRequestException bad => TypedResults.Problem(Sentence(bad.StatusCode), statusCode: bad.StatusCode),
            _ when IsUnavailable(exception) => Unavailable(context, exception),
            _ => Failed(context, exception),
        };
        await problem.ExecuteAsync(context);
        return true;
    }

    /// <summary>Explains the error by its place in the request, without naming our types.</summary>
    internal static string Explain(BadHttpRequestException bad)
    {
        if (bad.InnerException is JsonException json)
        {
            // The path contains names from the request, of any length.
            var place = json.Path is { Length: > 1 and <= MaxPathLength } path
                ? $"The JSON value at {path}"
                : "The JSON body";
            return json.Message switch
            {
                var text when Unmapped().Match(text) is { Success: true } unknown =>
                    $"{place}: there is no member '{unknown.Groups[1].Value}'.",
                var text when Missing().Match(text) is { Success: true } missing =>
                    $"{place} lacks {missing.Groups[1].Value}.",
                var text when text.Contains("Duplicate", StringComparison.Ordinal) => $"{place} has a member twice.",
                var text when text.Contains("U+0000", StringComparison.Ordinal) => $"{place} must not contain U+0000.",
                var text when text.Contains("null", StringComparison.Ordinal) => $"{place} must not be null.",
                _ => $"{place} is malformed or of the wrong type.",
            };
        }

        return Parameter().Match(bad.Message) is { Success: true } parameter
            ? $"The parameter '{parameter.Groups[1].Value}' is missing or malformed."
            : bad is CallerErrorException ? bad.Message : "The request is malformed.";
    }

    private static string Sentence(int status) => status switch
    {
        StatusCodes.Status413PayloadTooLarge => "The request body is too large.",
        StatusCodes.Status415UnsupportedMediaType => "Send JSON: Content-Type: application/json.",
        StatusCodes.Status408RequestTimeout => "The request took too long to arrive.",
        _ => "The request is malformed.",
    };

    /// <summary>Whether a dependency is unavailable or overloaded, so that a retry may help.</summary>
    private static bool IsUnavailable(Exception exception) => exception.WithCauses().Any(cause =>
        // With the conflicts among database errors.
        cause is DbException { IsTransient: true } or TimeoutException or SocketException
            or HttpRequestException or ExecutionRejectedException
        || (cause is DbException { SqlState: { } state } && DatabaseErrors.IsUnavailability(state)));

    private ProblemHttpResult Unavailable(HttpContext context, Exception exception)
    {
        LogUnavailable(context.Request.Method, context.Request.Path, exception.GetBaseException().GetType().Name);
        return Problem.Unavailable(
            "Something this request needs is not available right now. Nothing was changed that you were not told of.",
            TimeSpan.FromSeconds(2));
    }

    private ProblemHttpResult Failed(HttpContext context, Exception exception)
    {
        LogFailed(exception, context.Request.Method, context.Request.Path);
        return TypedResults.Problem(
            "Something went wrong on our side.", statusCode: StatusCodes.Status500InternalServerError);
    }

    [LoggerMessage(1, LogLevel.Warning, "{Method} {Path} could not be served: {Cause}")]
    private partial void LogUnavailable(string method, PathString path, string cause);

    [LoggerMessage(2, LogLevel.Error, "{Method} {Path} failed")]
    private partial void LogFailed(Exception exception, string method, PathString path);

    [GeneratedRegex("^The JSON property '([^']{1,100})' could not be mapped")]
    private static partial Regex Unmapped();

    [GeneratedRegex("missing required properties including: (.{1,300}?)\\.?$")]
    private static partial Regex Missing();

    [GeneratedRegex("parameter \"[^\"]*?(\\w+)\"")]
    private static partial Regex Parameter();
}

/// <summary>Invalid input, with a message written for the caller.</summary>
internal sealed class CallerErrorException(string message) : BadHttpRequestException(message);
