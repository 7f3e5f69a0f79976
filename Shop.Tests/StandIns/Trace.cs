using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry;
using OpenTelemetry.Instrumentation.AspNetCore;
using OpenTelemetry.Instrumentation.Http;
using OpenTelemetry.Trace;

namespace Shop.Tests.StandIns;

/// <summary>
/// Keeps the finished spans of one trace. Every tracer hears every host of the process, other tests' included: the
/// trace, begun here, tells them apart.
/// </summary>
internal sealed class Trace : IDisposable
{
    private readonly Activity _root = new Activity("a test") { ActivityTraceFlags = ActivityTraceFlags.Recorded }
        .SetIdFormat(ActivityIdFormat.W3C)
        .Start();

    private readonly ConcurrentDictionary<ActivitySpanId, Activity> _spans = [];

    public ActivityTraceId Id => _root.TraceId;

    public IReadOnlyCollection<Activity> Spans => [.. _spans.Values];

    /// <summary>The finished spans, as soon as there is one of each of these names.</summary>
    public Task<IReadOnlyCollection<Activity>> SpansWith(params string[] names) => Eventually.Is(
        () => Task.FromResult(Spans),
        spans => names.All(name => spans.Any(span => span.DisplayName == name)),
        TimeSpan.FromSeconds(10),
        $"A trace with {string.Join(" and ", names)}");

    public BaseProcessor<Activity> Keeper() => new Keep(this);

    public void Dispose() => _root.Dispose();

    private sealed class Keep(Trace trace) : BaseProcessor<Activity>
    {
        public override void OnEnd(Activity data)
        {
            if (data.TraceId == trace.Id)
                trace._spans[data.SpanId] = data;
        }
    }
}

internal static class TracedServers
{
    public static void Trace(
        this WebApplicationBuilder builder,
        Trace trace,
        Action<AspNetCoreTraceInstrumentationOptions>? incoming = null,
        Action<HttpClientTraceInstrumentationOptions>? outgoing = null) =>
        builder.Services.AddHttpClient().AddOpenTelemetry().WithTracing(tracing => tracing
            .AddAspNetCoreInstrumentation(incoming)
            .AddHttpClientInstrumentation(outgoing)
            .AddProcessor(trace.Keeper()));
}
