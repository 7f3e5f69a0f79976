using Yarp.ReverseProxy.Forwarder;

namespace Shop.Gateway;

/// <summary>
/// One line for each request that a service left without an answer, in place of YARP's, which has the whole stack and
/// comes also when a client hangs up: that is nobody's failure.
/// </summary>
internal sealed partial class ForwardingErrors(RequestDelegate next, ILogger<ForwardingErrors> log)
{
    public async Task InvokeAsync(HttpContext context)
    {
        await next(context);
        if (context.GetForwarderErrorFeature() is not { } failure || IsOfTheClient(failure.Error))
            return;

        var service = context.GetReverseProxyFeature().Cluster.Config.ClusterId;
        LogFailed(context.Request.Method, service, failure.Error, failure.Exception?.GetBaseException().GetType().Name);
    }

    private static bool IsOfTheClient(ForwarderError error) => error is
        ForwarderError.RequestCanceled or ForwarderError.RequestBodyCanceled or ForwarderError.RequestBodyClient
        or ForwarderError.ResponseBodyCanceled or ForwarderError.ResponseBodyClient;

    [LoggerMessage(1, LogLevel.Warning, "{Method} to {Service} was not answered: {Error}, {Cause}")]
    private partial void LogFailed(string method, string service, ForwarderError error, string? cause);
}
