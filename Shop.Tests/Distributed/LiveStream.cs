using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;

namespace Shop.Tests.Distributed;

/// <summary>A step of an order as it arrives at whoever follows it.</summary>
internal sealed record LiveStep(string? EventId, Guid Order, string Status, int Version, string Reason);

/// <summary>Server-sent events as a browser reads them.</summary>
internal static class LiveStream
{
    public static async Task<HttpResponseMessage> ConnectAsync(
        HttpClient http, string path, string? lastEvent = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (lastEvent is not null)
            request.Headers.Add("Last-Event-ID", lastEvent);

        return await http.SendAsync(
            request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
    }

    /// <summary>The steps, until the shop ends the stream.</summary>
    /// <exception cref="IOException">The connection broke before.</exception>
    public static async IAsyncEnumerable<LiveStep> StepsAsync(
        HttpResponseMessage answer, [EnumeratorCancellation] CancellationToken cancel)
    {
        var events = SseParser.Create(await answer.Content.ReadAsStreamAsync(cancel));
        await foreach (var item in events.EnumerateAsync(cancel))
        {
            if (item.EventType != "order")
                continue;

            var data = JsonNode.Parse(item.Data)!;
            yield return new(
                item.EventId, (Guid)data["id"]!, (string)data["status"]!, (int)data["version"]!,
                (string)data["reason"]!);
        }
    }
}
