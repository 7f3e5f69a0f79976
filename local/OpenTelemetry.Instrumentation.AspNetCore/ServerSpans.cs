using System.Collections.Concurrent;
using System.Diagnostics;
using System.Reflection;
using Microsoft.AspNetCore.Http;

namespace OpenTelemetry.Instrumentation.AspNetCore;

/// <summary>Names and tags the activity of each request, which ASP.NET Core starts, ends and leaves bare.</summary>
internal sealed class ServerSpans : IObserver<DiagnosticListener>, IObserver<KeyValuePair<string, object?>>, IDisposable
{
    public const string Source = "Microsoft.AspNetCore";

    private const string Listener = "Microsoft.AspNetCore";
    private const string Started = "Microsoft.AspNetCore.Hosting.HttpRequestIn.Start";
    private const string Stopped = "Microsoft.AspNetCore.Hosting.HttpRequestIn.Stop";
    private const string Threw = "Microsoft.AspNetCore.Hosting.UnhandledException";
    private const string ThrewIntoPage = "Microsoft.AspNetCore.Diagnostics.UnhandledException";

    private readonly AspNetCoreTraceInstrumentationOptions _options;
    private readonly ConcurrentBag<IDisposable> _subscriptions = [];

    public ServerSpans(AspNetCoreTraceInstrumentationOptions options)
    {
        _options = options;
        _subscriptions.Add(DiagnosticListener.AllListeners.Subscribe(this));
    }

    public void OnNext(DiagnosticListener listener)
    {
        if (listener.Name == Listener)
        {
            // Each host in the process has a listener of its own. Without a yes to the activity's bare name ASP.NET
            // Core makes no activity for us that the sampler has refused.
            _subscriptions.Add(listener.Subscribe(this, name => name is Started or Stopped or Threw or ThrewIntoPage));
        }
    }

    public void OnNext(KeyValuePair<string, object?> happening)
    {
        if (Activity.Current is not { IsAllDataRequested: true, Kind: ActivityKind.Server } span)
        {
            return;
        }

        switch (happening)
        {
            case { Key: Started, Value: HttpContext context }:
                Begin(span, context);
                break;
            case { Key: Stopped, Value: HttpContext context }:
                span.DescribeResponse(context);
                Guarded.Call(_options.EnrichWithHttpResponse, span, context.Response);
                break;
            case { Key: Threw or ThrewIntoPage, Value: { } payload } when ExceptionOf(payload) is { } exception:
                span.DescribeFailure(exception);

                // The exception page and hosting may both tell of it, and so may the listeners of other hosts in the
                // process.
                if (_options.RecordException && !span.Events.Any(recorded => recorded.Name == "exception"))
                    span.AddException(exception);
                Guarded.Call(_options.EnrichWithException, span, exception);
                break;
        }
    }

    public void OnCompleted()
    {
    }

    public void OnError(Exception error)
    {
    }

    public void Dispose()
    {
        foreach (var subscription in _subscriptions)
        {
            subscription.Dispose();
        }
    }

    private void Begin(Activity span, HttpContext context)
    {
        if (Guarded.Allows(_options.Filter, context))
        {
            span.DescribeRequest(context.Request);
            Guarded.Call(_options.EnrichWithHttpRequest, span, context.Request);
            return;
        }

        // Spans below this one follow the cleared flag, so nothing of the request is recorded.
        span.IsAllDataRequested = false;
        span.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded;
    }

    // The payloads are of private types; hosting and the exception page spell the property differently.
    private static Exception? ExceptionOf(object payload) =>
        payload.GetType()
            .GetProperty("exception", BindingFlags.Public | BindingFlags.Instance | BindingFlags.IgnoreCase)
            ?.GetValue(payload) as Exception;
}
