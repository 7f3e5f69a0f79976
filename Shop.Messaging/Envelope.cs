using System.Buffers;
using System.Diagnostics;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Shop.ServiceDefaults;

namespace Shop.Messaging;

/// <summary>
/// An event on the wire: CloudEvents 1.0 in JSON format with the distributed tracing extension, in the one field of a
/// stream entry. Written exactly, read tolerantly: what isn't known is ignored.
/// </summary>
internal sealed record Envelope(
    Guid Id,
    string Type,
    string Subject,
    DateTimeOffset Time,
    string? TraceParent,
    string? TraceState,
    JsonElement Data)
{
    public const string Field = "event";
    public const int MaxBytes = 1024 * 1024;
    private const int MaxName = 200;

    public static string Write<TEvent>(Guid id, TEvent message, DateTimeOffset time, Activity? cause)
        where TEvent : IEvent
    {
        var bytes = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            json.WriteString("specversion", "1.0");
            json.WriteString("id", id);
            json.WriteString("source", $"/shop/{EventTypes.ServiceOf(TEvent.Type)}");
            json.WriteString("type", TEvent.Type);
            json.WriteString("subject", message.Subject);
            json.WriteString("time", time);
            json.WriteString("datacontenttype", "application/json");
            if (cause is { IdFormat: ActivityIdFormat.W3C })
            {
                json.WriteString("traceparent", cause.Id);
                if (!string.IsNullOrEmpty(cause.TraceStateString))
                    json.WriteString("tracestate", cause.TraceStateString);
            }

            json.WritePropertyName("data");
            JsonSerializer.Serialize(json, message, Json.Events);
            json.WriteEndObject();
        }

        return bytes.WrittenCount <= MaxBytes
            ? Encoding.UTF8.GetString(bytes.WrittenSpan)
            : throw new InvalidOperationException(
                $"A {TEvent.Type} has {bytes.WrittenCount} bytes; an event has at most {MaxBytes}.");
    }

    /// <summary>The envelope, or why no consumer could ever handle this.</summary>
    public static (Envelope? Envelope, string? Flaw) Read(byte[]? content)
    {
        if (content is null)
            return (null, $"The entry has no field \"{Field}\".");

        if (content.Length > MaxBytes)
            return (null, $"The event has {content.Length} bytes; at most {MaxBytes} are allowed.");

        Wire? wire;
        try
        {
            wire = JsonSerializer.Deserialize(content, EnvelopeJson.Default.Wire);
        }
        catch (JsonException exception)
        {
            return (null, $"The event isn't CloudEvents JSON: {exception.Message}");
        }

        Guid id = default;
        return wire switch
        {
            null or { SpecVersion: not "1.0" } => (null, "\"specversion\" isn't \"1.0\"."),
            { Id: null } => (null, "\"id\" is missing."),
            _ when !Guid.TryParse(wire.Id, out id) => (null, "\"id\" isn't a GUID."),
            { Source: null or "" } => (null, "\"source\" is missing."),
            { Type: null or { Length: 0 or > MaxName } } =>
                (null, $"\"type\" is missing or longer than {MaxName} characters."),
            { Subject: null or { Length: 0 or > MaxName } } =>
                (null, $"\"subject\" is missing or longer than {MaxName} characters."),
            { Time: null } => (null, "\"time\" is missing."),
            { Data.ValueKind: not JsonValueKind.Object } => (null, "\"data\" isn't an object."),
            _ => (
                new(id, wire.Type, wire.Subject, wire.Time.Value, wire.TraceParent, wire.TraceState, wire.Data), null),
        };
    }

    internal sealed record Wire(
        [property: JsonPropertyName("specversion")] string? SpecVersion,
        [property: JsonPropertyName("id")] string? Id,
        [property: JsonPropertyName("source")] string? Source,
        [property: JsonPropertyName("type")] string? Type,
        [property: JsonPropertyName("subject")] string? Subject,
        [property: JsonPropertyName("time")] DateTimeOffset? Time,
        [property: JsonPropertyName("traceparent")] string? TraceParent,
        [property: JsonPropertyName("tracestate")] string? TraceState,
        [property: JsonPropertyName("data")] JsonElement Data);
}

[JsonSerializable(typeof(Envelope.Wire))]
internal sealed partial class EnvelopeJson : JsonSerializerContext;

internal static class EventTypes
{
    /// <summary>The service that publishes a type: the second part of <c>shop.orders.order-placed.v1</c>.</summary>
    public static string ServiceOf(string type) =>
        type.Split('.') is ["shop", { Length: > 0 } service, { Length: > 0 }, ['v', ..]]
            ? service
            : throw new ArgumentException(
                $"\"{type}\" isn't of the form shop.<service>.<what-happened>.v<n>.", nameof(type));

    /// <summary>The third part of <c>shop.orders.order-placed.v1</c>; the whole of any other type.</summary>
    public static string NameOf(string type) => type.Split('.') is ["shop", _, { Length: > 0 } name, ..] ? name : type;
}
