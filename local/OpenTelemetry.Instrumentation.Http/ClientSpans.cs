using System.Diagnostics;
using System.Reflection;

namespace OpenTelemetry.Instrumentation.Http;

/// <summary>
/// Applies the options to the spans of outgoing requests. The spans themselves, their names and tags (the query string
/// of <c>url.full</c> already redacted) are made by .NET.
/// </summary>
internal sealed class ClientSpans : IObserver<DiagnosticListener>, IObserver<KeyValuePair<string, object?>>, IDisposable
{
    public const string Source = "System.Net.Http";

    private const string Listener = "HttpHandlerDiagnosticListener";
    private const string Started = "System.Net.Http.HttpRequestOut.Start";
    private const string Stopped = "System.Net.Http.HttpRequestOut.Stop";
    private const string Failed = "System.Net.Http.Exception";

    private readonly HttpClientTraceInstrumentationOptions _options;
    private readonly IDisposable? _listeners;
    private IDisposable? _events;

    public ClientSpans(HttpClientTraceInstrumentationOptions options)
    {
        _options = options;

        // The events cost an allocation or two for each request, so they are only asked for when there is something to
        // do with them.
        if (options.FilterHttpRequestMessage is not null
            || options.EnrichWithHttpRequestMessage is not null
            || options.EnrichWithHttpResponseMessage is not null
            || options.EnrichWithException is not null
            || options.RecordException)
        {
            _listeners = DiagnosticListener.AllListeners.Subscribe(this);
        }
    }

    public void OnNext(DiagnosticListener listener)
    {
        if (listener.Name == Listener)
        {
            // Without a yes to the activity's bare name .NET makes no activity for us that the sampler has refused.
            _events = listener.Subscribe(this, name => name is Started or Stopped or Failed);
        }
    }

    public void OnNext(KeyValuePair<string, object?> happening)
    {
        if (Activity.Current is not { IsAllDataRequested: true } span || span.Source.Name != Source)
        {
            return;
        }

        switch (happening.Key)
        {
            case Started when Part<HttpRequestMessage>(happening.Value, "Request") is { } request:
                Begin(span, request);
                break;
            case Stopped when Part<HttpResponseMessage>(happening.Value, "Response") is { } response:
                Guarded.Call(_options.EnrichWithHttpResponseMessage, span, response);
                break;
            case Failed when Part<Exception>(happening.Value, "Exception") is { } exception:
                if (_options.RecordException)
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
        _listeners?.Dispose();
        _events?.Dispose();
    }

    private void Begin(Activity span, HttpRequestMessage request)
    {
        if (Guarded.Allows(_options.FilterHttpRequestMessage, request))
        {
            Guarded.Call(_options.EnrichWithHttpRequestMessage, span, request);
            return;
        }

        span.IsAllDataRequested = false;
        span.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded;
    }

    // The payloads are of private types of System.Net.Http; only their property names are agreed upon.
    private static T? Part<T>(object? payload, string property)
        where T : class =>
        payload?.GetType().GetProperty(property, BindingFlags.Public | BindingFlags.Instance)?.GetValue(payload) as T;
}
