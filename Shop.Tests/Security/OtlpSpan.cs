using Google.Protobuf;

namespace Shop.Tests.Security;

/// <summary>
/// What tests ask of a span, read from an export request of OTLP (opentelemetry/proto/trace/v1/trace.proto).
/// </summary>
internal sealed record OtlpSpan(string Service, string TraceId, string SpanId, string ParentId, string Name)
{
    private const int Bytes = 2;

    public bool IsRoot => ParentId.Length == 0;

    public override string ToString() => $"{Service}: {Name} ({TraceId})";

    public static IEnumerable<OtlpSpan> In(byte[] request) =>
        from resourceSpans in Fields(request, 1)
        let service = ServiceIn(resourceSpans)
        from scopeSpans in Fields(resourceSpans, 2)
        from span in Fields(scopeSpans, 2)
        select new OtlpSpan(service, Id(span, 1), Id(span, 2), Id(span, 4), Text(span, 5));

    private static string ServiceIn(byte[] resourceSpans) => (
        from resource in Fields(resourceSpans, 1)
        from attribute in Fields(resource, 1)
        where Text(attribute, 1) == "service.name"
        from value in Fields(attribute, 2)
        select Text(value, 1)).FirstOrDefault("");

    private static string Id(byte[] message, int field) =>
        string.Concat(Fields(message, field).Select(Convert.ToHexString));

    private static string Text(byte[] message, int field) =>
        string.Concat(Fields(message, field).Select(System.Text.Encoding.UTF8.GetString));

    // Texts, ids and messages all have the same wire type; the others are skipped.
    private static IEnumerable<byte[]> Fields(byte[] message, int field)
    {
        var input = new CodedInputStream(message);
        while (input.ReadTag() is not 0 and var tag)
        {
            if (tag == (uint)((field << 3) | Bytes))
                yield return input.ReadBytes().ToByteArray();
            else
                input.SkipLastField();
        }
    }
}
