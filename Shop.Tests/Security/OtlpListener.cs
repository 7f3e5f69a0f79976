using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Shop.Tests.Security;

/// <summary>
/// Where the services of an attacked shop send their traces, metrics and logs: every text in OTLP stands there as it
/// is, in UTF-8.
/// </summary>
internal sealed class OtlpListener : IAsyncDisposable
{
    private readonly LocalServer _server;
    private readonly ConcurrentQueue<(string Path, byte[] Content)> _received;

    private OtlpListener(LocalServer server, ConcurrentQueue<(string Path, byte[] Content)> received) =>
        (_server, _received) = (server, received);

    public string Address => $"{_server.Address}".TrimEnd('/');

    /// <summary>
    /// Kept only while a test wants to read it: the attacks make more than a test process should hold.
    /// </summary>
    public bool IsRecording { get; set; }

    /// <summary>
    /// Has every service send its telemetry to <paramref name="address"/>: settings for the app host.
    /// </summary>
    public static string[] SettingsFor(string address) =>
    [
        .. from service in AttackedShop.Services
           from setting in (string[])
           [
               $"OTEL_EXPORTER_OTLP_ENDPOINT={address}",
               "OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf",
               "OTEL_BSP_SCHEDULE_DELAY=500",
               // Room for what attacks of a minute make: a span for which there is none is dropped.
               "OTEL_BSP_MAX_QUEUE_SIZE=100000",
               // When no new spans push, one batch leaves in each delay: small ones would take minutes for what waits.
               "OTEL_BSP_MAX_EXPORT_BATCH_SIZE=5000",
               // The default; a listener on a busy machine may need it.
               "OTEL_EXPORTER_OTLP_TIMEOUT=10000",
           ]
           select $"--Services:{service}:Settings:{setting}",
    ];

    public static async Task<OtlpListener> StartAsync()
    {
        var received = new ConcurrentQueue<(string, byte[])>();
        OtlpListener? listener = null;
        var server = await LocalServer.Start(app => app.MapPost("/v1/{signal}", async (HttpContext context) =>
        {
            using var content = new MemoryStream();
            await context.Request.Body.CopyToAsync(content, context.RequestAborted);
            if (listener is { IsRecording: true })
                received.Enqueue((context.Request.Path.Value!, content.ToArray()));
        }));
        return listener = new(server, received);
    }

    /// <summary>How many deliveries of a signal (traces, metrics, logs) have the bytes somewhere.</summary>
    public int Count(string signal, ReadOnlySpan<byte> bytes)
    {
        var found = 0;
        foreach (var (path, content) in _received)
        {
            if (path.EndsWith(signal, StringComparison.Ordinal) && content.AsSpan().IndexOf(bytes) >= 0)
                found++;
        }

        return found;
    }

    public int Count(string signal, string text) => Count(signal, Encoding.UTF8.GetBytes(text));

    /// <summary>The spans that have arrived so far.</summary>
    public IReadOnlyList<OtlpSpan> Spans() =>
    [
        .. _received.Where(one => one.Path.EndsWith("traces", StringComparison.Ordinal))
            .SelectMany(one => OtlpSpan.In(one.Content)),
    ];

    /// <summary>Forgets what has arrived so far.</summary>
    public void Clear() => _received.Clear();

    public ValueTask DisposeAsync() => _server.DisposeAsync();
}
