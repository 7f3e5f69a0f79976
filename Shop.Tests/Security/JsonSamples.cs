using System.Text;

namespace Shop.Tests.Security;

/// <param name="Name">What is shown of it.</param>
/// <param name="Content">As it is sent.</param>
/// <param name="IsJson">By RFC 8259; null where a parser may decide.</param>
internal sealed record JsonSample(string Name, byte[] Content, bool? IsJson)
{
    public override string ToString() => Name;
}

/// <summary>Documents that are JSON, are nearly JSON, or are not at all.</summary>
internal static class JsonSamples
{
    private const int TooDeep = 100_000;

    public static readonly JsonSample[] All =
    [
        .. Valid.Select(text => Of(text, true)),
        .. Invalid.Select(text => Of(text, false)),
        .. Truncated().Select(text => Of(text, false)),
        .. Debatable.Select(text => Of(text, null)),
        .. Encodings(),
        new("arrays, deep and open", Bytes(new string('[', TooDeep)), false),
        new("objects, deep and open", Bytes(string.Concat(Enumerable.Repeat("{\"a\":", TooDeep))), false),
        new("arrays, deep", Bytes(new string('[', 500) + new string(']', 500)), null),
        new("a number of 10,000 digits", Bytes(new string('9', 10_000)), null),
        new("a name of 10,000 characters", Bytes($"{{\"{new string('n', 10_000)}\":1}}"), true),
    ];

    private static string[] Valid =>
    [
        "[]", "{}", "\"\"", "0", "-0", "1e9", "1E+2", "0.5e-3", "true", "null", " [ ] ", "\t{\r\n}\n", "[null,1,\"2\",{}]",
        """{"a":{"b":[1,2,{"c":null}]}}""", """{"":0}""", """{"a\u0000b":1}""", "\"\\u0022\\/\\b\\f\\n\\r\\t\"",
        "\"\\ud83d\\ude00\"", "\"\u2028\u2029\u007f\"", "\"\uffff\"", "[[[[[[[[[[1]]]]]]]]]]", "\"caf\u00e9 \ud834\udd1e\"",
    ];

    private static string[] Invalid =>
    [
        // Numbers
        "+1", "01", "-01", ".5", "1.", "1.e1", "1e", "1e+", "0x10", "1_0", "--1", "- 1", "NaN", "-Infinity", "1 000", "٣",
        "[1.2.3]", "[0e1e1]", "[-]", "[1a]",
        // Words
        "True", "nul", "tru", "undefined", "nulll", "[tru]", "'a'", "a", "/", "?",
        // Arrays and objects
        "[1,]", "[,1]", "[1,,2]", "[1 2]", "[1;2]", "[1}", "(1)", "]", "[1]]", "[][]", "[\"a\":1]", """{"a"}""", """{"a":}""",
        """{"a" 1}""", """{"a"=1}""", """{a:1}""", """{'a':1}""", """{1:1}""", """{"a":1,}""", """{,"a":1}""",
        """{"a":1,,"b":2}""", """{"a":1 "b":2}""", """{"a":1]""", """{"a":1}}""", """{"a":1}{"b":2}""", """{"a":1} x""",
        """{[1]:1}""", """{"a":1}//""", """/*a*/{"a":1}""", """{"a":/**/1}""", "{\"a\":1}\0",
        // Texts
        "\"", "\"a", "\"\\\"", "\"\\x41\"", "\"\\a\"", "\"\\u12\"", "\"\\u00G0\"", "\"\\U0041\"", "\"\t\"", "\"a\nb\"",
        "\"\0\"", "\"\u001f\"", "\"a\"\"b\"", "\u201ca\u201d",
        // Blanks that are none
        "\u00a0[]", "[\u2060]", "\f[]", "\v1",
    ];

    // Twice the same name; half of a pair; numbers that no number of ours holds.
    private static string[] Debatable =>
    [
        """{"a":1,"a":2}""", "\"\\ud800\"", "\"\\udc00\\ud800\"", "[\"\\ud800a\"]", "{\"\\udead\":1}", "1e999", "-1e999",
        "1e-999", "123456789012345678901234567890", "-0.0000000000000000000000000000000000000001", "\ufeff{}", "",
        " ",
    ];

    // A document that ends too early, at every place.
    private static IEnumerable<string> Truncated()
    {
        const string Whole = """{"a":[1,-2.5e3,true,null,"x\u0041\n"],"b":{}}""";
        return from length in Enumerable.Range(1, Whole.Length - 1) select Whole[..length];
    }

    private static IEnumerable<JsonSample> Encodings() =>
    [
        new("UTF-16", Encoding.Unicode.GetBytes("{\"a\":1}"), false),
        new("UTF-16 with its mark", [0xff, 0xfe, .. Encoding.Unicode.GetBytes("{}")], false),
        new("UTF-32", Encoding.UTF32.GetBytes("[]"), false),
        .. from bytes in (byte[][])
           [
               [0xff], [0x80], [0xc3], [0xc0, 0xaf], [0xe0, 0x80, 0xaf], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80],
               [0xf8, 0x88, 0x80, 0x80, 0x80], [0xe2, 0x82],
           ]
           select new JsonSample($"the bytes {Convert.ToHexString(bytes)}", [(byte)'"', .. bytes, (byte)'"'], null),
    ];

    private static JsonSample Of(string text, bool? isJson) => new(text, Bytes(text), isJson);

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}
