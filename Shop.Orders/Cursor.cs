using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Unicode;

namespace Shop.Orders;

/// <summary>
/// The opaque position in a list where the next page begins: the sort values of the last row of the page before. The
/// checksum covers the name of the list, so that a cursor of one list is refused by another. It only detects mistakes:
/// there is no secret in it, so what a cursor contains has to be checked like any other input. Here it is checked to be
/// printable text; what each value means is checked by the list.
/// </summary>
internal static class Cursor
{
    // Three bytes for each UTF-16 unit of the longest product name, in Base64.
    public const int MaxLength = 1000;

    /// <summary>Bytes: enough that no mistake passes by chance.</summary>
    private const int ChecksumLength = 8;
    private const char Separator = '\n';

    /// <summary>Writes the values of the last row of a page, for the list named <paramref name="list"/>.</summary>
    public static string Write(string list, params string[] lastRow)
    {
        var content = Encoding.UTF8.GetBytes(string.Join(Separator, lastRow));
        return Base64Url.EncodeToString([.. Checksum(list, content), .. content]);
    }

    /// <summary>The values, or null when this is no cursor of the list.</summary>
    public static string[]? Read(string list, string cursor)
    {
        if (cursor.Length > MaxLength || !Base64Url.IsValid(cursor))
            return null;

        var bytes = Base64Url.DecodeFromChars(cursor);
        if (bytes.Length <= ChecksumLength)
            return null;

        var (checksum, content) = (bytes[..ChecksumLength], bytes[ChecksumLength..]);
        if (!Checksum(list, content).SequenceEqual(checksum) || !Utf8.IsValid(content))
            return null;

        var values = Encoding.UTF8.GetString(content).Split(Separator);
        return values.Any(value => value.Any(char.IsControl)) ? null : values;
    }

    private static ReadOnlySpan<byte> Checksum(string list, ReadOnlySpan<byte> content) =>
        SHA256.HashData([.. Encoding.UTF8.GetBytes(list), .. content]).AsSpan(0, ChecksumLength);
}
