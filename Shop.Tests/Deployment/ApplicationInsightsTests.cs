using System.Collections.Concurrent;
using System.IO.Compression;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Shop.Tests.Deployment;

/// <summary>Traces, logs and metrics go to Application Insights when its connection string is there.</summary>
public sealed class ApplicationInsightsTests
{
    private const int Requests = 30;

    [Fact]
    public async Task Every_request_and_the_logs_and_metrics_of_a_program_arrive()
    {
        var received = new ConcurrentQueue<JsonNode>();
        await using var insights = await LocalServer.Start(app => app.Run(http => ReadAsync(http, received)));
        await using (var gateway = await RunningProgram.StartAsync(
            "Shop.Gateway",
            ("APPLICATIONINSIGHTS_CONNECTION_STRING",
                $"InstrumentationKey={Guid.CreateVersion7()};IngestionEndpoint={insights.Address}"),
            // Microsoft's own statistics about the exporter would leave this machine.
            ("APPLICATIONINSIGHTS_STATSBEAT_DISABLED", "true"),
            ("ConnectionStrings__redis", "127.0.0.1:1"),
            ("OTEL_SERVICE_NAME", "gateway")))
        {
            for (var i = 0; i < Requests; i++)
            {
                using var answer = await gateway.Http.GetAsync("/robots.txt", TestContext.Current.CancellationToken);
                Assert.True(answer.IsSuccessStatusCode);
            }

            // The exporter's own sampler would let five of a second through.
            await Eventually.Is(
                () => Task.FromResult(received.Count(item => Kind(item) == "RequestData")),
                count => count == Requests,
                what: "The requests");
        }

        // Metrics come once a minute, and at the end.
        await Eventually.Is(
            () => Task.FromResult(string.Join(' ', received.Select(Kind).Distinct().Order())),
            kinds => kinds.Contains("MessageData", StringComparison.Ordinal)
                && kinds.Contains("MetricData", StringComparison.Ordinal),
            what: "Logs and metrics");
        Assert.All(
            received.Where(item => Kind(item) == "RequestData"),
            item => Assert.Equal("gateway", (string?)item["tags"]!["ai.cloud.role"]));
    }

    private static string? Kind(JsonNode item) => (string?)item["data"]?["baseType"];

    private static async Task ReadAsync(HttpContext http, ConcurrentQueue<JsonNode> received)
    {
        await using var body = http.Request.Headers.ContentEncoding == "gzip"
            ? new GZipStream(http.Request.Body, CompressionMode.Decompress)
            : http.Request.Body;
        using var reader = new StreamReader(body);
        var lines = (await reader.ReadToEndAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        foreach (var line in lines)
            received.Enqueue(JsonNode.Parse(line)!);

        await http.Response.WriteAsJsonAsync(
            new { itemsReceived = lines.Length, itemsAccepted = lines.Length, errors = (int[])[] });
    }
}
