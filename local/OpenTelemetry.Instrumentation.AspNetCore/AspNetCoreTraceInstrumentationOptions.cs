using System.Diagnostics;
using Microsoft.AspNetCore.Http;

namespace OpenTelemetry.Instrumentation.AspNetCore;

/// <summary>What is traced of incoming requests. A callback that throws never harms the request.</summary>
public class AspNetCoreTraceInstrumentationOptions
{
    /// <summary>
    /// Says whether a request is traced; null means that all are. A filter that throws counts as "no".
    /// </summary>
    public Func<HttpContext, bool>? Filter { get; set; }

    /// <summary>Called when the span of a request has begun.</summary>
    public Action<Activity, HttpRequest>? EnrichWithHttpRequest { get; set; }

    /// <summary>Called just before the span of a request ends.</summary>
    public Action<Activity, HttpResponse>? EnrichWithHttpResponse { get; set; }

    /// <summary>Called with an exception that no middleware has handled.</summary>
    public Action<Activity, Exception>? EnrichWithException { get; set; }

    /// <summary>
    /// Whether an unhandled exception, stack trace included, is written into the span. Off by default.
    /// </summary>
    public bool RecordException { get; set; }
}
