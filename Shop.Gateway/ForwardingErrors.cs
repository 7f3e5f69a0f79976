using Yarp.ReverseProxy.Forwarder;

namespace Shop.Gateway;

/// <summary>
/// Tells the caller of a request that a service did not answer, and logs one line for it. YARP's own log entry is
/// switched off: it has the whole stack trace and also appears when a client disconnects, which is not a failure.
/// </summary>
internal sealed partial class ForwardingErrors(RequestDelegate next, ILogger<ForwardingErrors> log)
{
    private const string Away = "This part of the shop is away right now. Try again in a moment.";
    private const string Uncertain =
        "This part of the shop gave no answer and may have done what you asked: look before you repeat it, or repeat "
            + "it with the same Idempotency-Key.";

    public async Task InvokeAsync(HttpContext context)
    {
        await next(context);
        if (context.GetForwarderErrorFeature() is not { } failure || IsClientError(failure.Error))
            return;

        var service = context.GetReverseProxyFeature().Cluster.Config.ClusterId;
        LogFailed(context.Request.Method, service, failure.Error, failure.Exception?.GetBaseException().GetType().Name);
        if (context.Response.HasStarted)
            return;

        await TypedResults.Problem(
            MayHaveHappened(context.Request.Method, failure.Exception) ? Uncertain : Away,
            statusCode: context.Response.StatusCode)
            .ExecuteAsync(context);
    }

    // What was only to be read has changed nothing, nor has what never arrived.
    private static bool MayHaveHappened(string method, Exception? cause) =>
        !HttpMethods.IsGet(method) && !SafeRetryHandler.WasNotSent(cause);

    private static bool IsClientError(ForwarderError error) => error is
        ForwarderError.RequestCanceled or ForwarderError.RequestBodyCanceled or ForwarderError.RequestBodyClient
        or ForwarderError.ResponseBodyCanceled or ForwarderError.ResponseBodyClient;

    [LoggerMessage(1, LogLevel.Warning, "{Method} to {Service} was not answered: {Error}, {Cause}")]
    private partial void LogFailed(string method, string service, ForwarderError error, string? cause);
}
