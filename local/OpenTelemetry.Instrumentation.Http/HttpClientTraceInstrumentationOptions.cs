using System.Diagnostics;

namespace OpenTelemetry.Instrumentation.Http;

/// <summary>What is traced of outgoing requests. A callback that throws never harms the request.</summary>
public class HttpClientTraceInstrumentationOptions
{
    /// <summary>
    /// Says whether a request is traced; null means that all are. A filter that throws counts as "no".
    /// </summary>
    public Func<HttpRequestMessage, bool>? FilterHttpRequestMessage { get; set; }

    /// <summary>Called when the span of a request has begun.</summary>
    public Action<Activity, HttpRequestMessage>? EnrichWithHttpRequestMessage { get; set; }

    /// <summary>Called when the response's headers have come.</summary>
    public Action<Activity, HttpResponseMessage>? EnrichWithHttpResponseMessage { get; set; }

    /// <summary>Called when the request has failed without a response.</summary>
    public Action<Activity, Exception>? EnrichWithException { get; set; }

    /// <summary>Whether an exception, stack trace included, is written into the span. Off by default.</summary>
    public bool RecordException { get; set; }
}
