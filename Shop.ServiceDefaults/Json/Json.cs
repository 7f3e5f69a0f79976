using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Shop.ServiceDefaults;

/// <summary>
/// The two JSON configurations: strict for HTTP, tolerant for the events of other services.
/// </summary>
public static class Json
{
    /// <summary>
    /// For HTTP. Refuses what a lenient reader would accept: unknown and duplicate members, null where none belongs,
    /// numbers as text, enum values as numbers, U+0000 (PostgreSQL can't store it) and more than 16 levels.
    /// </summary>
    public static JsonSerializerOptions Web { get; } = Strict(new(JsonSerializerDefaults.Web));

    /// <summary>For events. A consumer reads only the members it knows, so that producers may add some.</summary>
    public static JsonSerializerOptions Events { get; } = new(JsonSerializerDefaults.Web)
    {
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        Converters = { new JsonStringEnumConverter() },
    };

    internal static JsonSerializerOptions Strict(JsonSerializerOptions options)
    {
        options.PropertyNamingPolicy = JsonNamingPolicy.CamelCase;
        options.PropertyNameCaseInsensitive = false;
        options.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
        options.AllowDuplicateProperties = false;
        options.RespectNullableAnnotations = true;
        options.RespectRequiredConstructorParameters = true;
        options.NumberHandling = JsonNumberHandling.Strict;
        options.DefaultIgnoreCondition = JsonIgnoreCondition.Never;
        options.MaxDepth = 16;
        // The encoder of ASP.NET Core: a stored answer must be byte for byte the same as the first one.
        options.Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;
        options.Converters.Add(new JsonStringEnumConverter(allowIntegerValues: false));
        options.Converters.Add(new StorableTextConverter());
        return options;
    }

    private sealed class StorableTextConverter : JsonConverter<string>
    {
        public override string? Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options)
        {
            var text = reader.GetString();
            return text is null || !text.Contains('\0')
                ? text
                : throw new JsonException("Text must not contain U+0000.");
        }

        public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value);
    }
}
