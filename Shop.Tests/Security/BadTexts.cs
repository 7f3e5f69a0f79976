namespace Shop.Tests.Security;

/// <summary>Texts that programs have stumbled over: each stands for a kind of mistake.</summary>
internal static class BadTexts
{
    public static readonly string[] All =
    [
        .. Words(), .. Characters(), .. Numbers(), .. Languages(), .. Markup(), .. Commands(), .. Protocols(),
    ];

    // What a parser, a database or a script takes for a value of its own.
    private static string[] Words() =>
    [
        "", "null", "NULL", "undefined", "nil", "None", "true", "False", "NaN", "Infinity", "[object Object]", "[]",
        "{}", "constructor", "__proto__", "prototype", "toString", "con", "aux.txt", "NUL", "default", "admin", "me",
    ];

    // Each control character, each kind of blank, marks that change what stands beside them, the ends of planes.
    private static IEnumerable<string> Characters() =>
    [
        .. from code in Enumerable.Range(1, 31) where code % 3 == 0 select $"a{(char)code}b",
        "\u007f", "a\u0085b", "a\u00adb", "\u00a0", "\u1680\u2003\u3000", "a\u200bb", "a\u200db", "a\u2060b",
        "\u200e\u200f", "a\u2028b", "a\u2029b", "\u202e\u202dfdp.exe", "\u2066a\u2069", "\ufeff", "a\ufffeb", "\uffff",
        "\ufffd", "\ue000", "\ud83d\ude00", "\ud83d\udc68\u200d\ud83d\udc69\u200d\ud83d\udc67",
        "\ud83c\udde9\ud83c\uddea",
        "\udbff\udfff", "e\u0301", "\u00e9", "\u212b", "\u0130\u0131", "\ufb01", "\u1e9e\u00df",
        $"o{new string('\u0336', 40)}", "\\", "\"", "'", "\"'\"'\"''''\"", "\\\\", "\\\"", "`", "\t\r\n",
    ];

    private static string[] Numbers() =>
    [
        "0", "-0", "00", "1e1000", "-1", "1/0", "0x1F", "1,000.00", "1'000", "0.1e-400", "2147483648",
        "-9223372036854775809", "99999999999999999999999999999999", "١٢٣", "１２３", "1_000", "2021-02-30", "24:00:01",
        "00000000-0000-0000-0000-000000000000", "{00000000-0000-0000-0000-000000000001}", "127.0.0.1", "::1",
    ];

    private static string[] Languages() =>
    [
        "Žluťoučký kůň", "Ἀριστοτέλης", "съешь ещё", "שלום עולם", "السلام عليكم", "ประเทศไทย", "田中さん", "사회과학원",
        "表ポあA鷗", "ﷺ", "نص with English", "ẞÄÖÜ", "Ⅻ", "½", "𝒯𝑒𝓍𝓉", "ʇxǝʇ", "ᚠᛇᚻ", "👾🙇💁🏾‍♂️",
    ];

    private static string[] Markup() =>
    [
        "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "<svg/onload=alert(1)>", "javascript:alert(1)",
        "</textarea><iframe>", "&lt;b&gt;", "&#x41;&nbsp;", "<![CDATA[x]]>", "<!--", "<?xml version=\"1.0\"?>",
        "<!DOCTYPE a [<!ENTITY b SYSTEM \"file:///etc/passwd\">]><a>&b;</a>", "{{7*7}}", "${7*7}", "<%= 7*7 %>",
        "#{7*7}", "=1+1", "=HYPERLINK(\"http://localhost\")", "+1", "@SUM(A1)", "-1+1|cmd",
    ];

    private static string[] Commands() =>
    [
        "' OR '1'='1", "'; DROP TABLE orders.orders; --", "1; SELECT pg_sleep(9)", "\" OR \"\"=\"", "%", "_", "\\%",
        "$1",
        "@p0", ":name", "/* */", "--", "$$x$$", "E'\\x00'", "; ls -la /", "$(touch /tmp/x)", "`id`", "| cat",
        "&& reboot",
        "../../../../etc/passwd", "..\\..\\windows\\system.ini", "/dev/null", "file:///etc/passwd", "C:\\", "~root",
        "*",
        "{0}", "{Name}", "%s%s%n", "%d", "\\u0000", "%00", "$HOME", "${env:PATH}", "${jndi:ldap://localhost/a}",
        "*)(uid=*", "[a-z", "(a+)+$", "aaaaaaaaaaaaaaaaaaaaaaaa!",
    ];

    private static string[] Protocols() =>
    [
        "a\r\nSet-Cookie: b=c", "a%0d%0ab", "\u001b[31mred\u001b[0m", "\u001b]0;title\u0007", "http://localhost/",
        "//localhost", "data:text/html,x", "a@b", "a@b@c", "\"a b\"@example.com", "a;b=c", "a=b&c=d", "W/\"1\"", "*/*",
        "bytes=0-", "Bearer x", "Basic Og==", "eyJhbGciOiJub25lIn0.e30.", "gzip;q=2", "<http://localhost>; rel=next",
    ];
}
