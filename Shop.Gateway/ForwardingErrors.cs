using Yarp.ReverseProxy.Forwarder;

namespace Shop.Gateway;

/// <summary>
/// Logs one line for each request that a service did not answer. YARP's own log entry is switched off: it has the whole
/// stack trace and also appears when a client disconnects, which is not a failure.
/// </summary>
internal sealed partial class ForwardingErrors(RequestDelegate next, ILogger<ForwardingErrors> log)
{
    public async Task InvokeAsync(HttpContext context)
    {
        await next(context);
        if (context.GetForwarderErrorFeature() is not { } failure || IsClientError(failure.Error))
            return;

        var service = context.GetReverseProxyFeature().Cluster.Config.ClusterId;
        LogFailed(context.Request.Method, service, failure.Error, failure.Exception?.GetBaseException().GetType().Name);
    }

    private static bool IsClientError(ForwarderError error) => error is
        ForwarderError.RequestCanceled or ForwarderError.RequestBodyCanceled or ForwarderError.RequestBodyClient
        or ForwarderError.ResponseBodyCanceled or ForwarderError.ResponseBodyClient;

    [LoggerMessage(1, LogLevel.Warning, "{Method} to {Service} was not answered: {Error}, {Cause}")]
    private partial void LogFailed(string method, string service, ForwarderError error, string? cause);
}
