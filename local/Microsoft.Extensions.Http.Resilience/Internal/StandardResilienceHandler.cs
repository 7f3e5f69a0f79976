using Polly;

namespace Microsoft.Extensions.Http.Resilience.Internal;

/// <summary>
/// Runs a request through its pipeline. Every attempt sends the same message, so its content must be one that can be
/// written twice (strings, bytes, JSON, forms); a stream that has been read fails the second attempt.
/// </summary>
internal sealed class StandardResilienceHandler(
    Func<HttpRequestMessage, ResiliencePipeline<HttpResponseMessage>> pipelineFor) : DelegatingHandler
{
    private static readonly ResiliencePropertyKey<HttpRequestMessage?> Request = new("Resilience.Http.RequestMessage");

    public static HttpRequestMessage? RequestOf(ResilienceContext context) =>
        context.Properties.GetValue(Request, null);

    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request,
        CancellationToken cancellationToken)
    {
        var context = ContextFor(request, cancellationToken);
        try
        {
            return await pipelineFor(request).ExecuteAsync(
                static async (context, attempt) =>
                    await attempt.Handler.SendOnceAsync(attempt.Request, context.CancellationToken),
                context,
                (Handler: this, Request: request));
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }

    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var context = ContextFor(request, cancellationToken);
        try
        {
            return pipelineFor(request).Execute(
                static (context, attempt) => attempt.Handler.SendOnce(attempt.Request, context.CancellationToken),
                context,
                (Handler: this, Request: request));
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }

    private static ResilienceContext ContextFor(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var context = ResilienceContextPool.Shared.Get(cancellationToken);
        context.Properties.Set(Request, request);
        return context;
    }

    private Task<HttpResponseMessage> SendOnceAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        base.SendAsync(request, cancellationToken);

    private HttpResponseMessage SendOnce(HttpRequestMessage request, CancellationToken cancellationToken) =>
        base.Send(request, cancellationToken);
}
