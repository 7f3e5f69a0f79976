using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Shop.Orders;

/// <summary>
/// The opaque place in a list where the next page begins. The checksum only tells a cursor of ours from anything else;
/// there is no secret in it, and who forges one merely chooses where to begin reading. The name of the list says whose
/// and of what it is, so that a cursor of one list is none of another.
/// </summary>
internal static class Cursor
{
    // JSON escapes what is not ASCII: six bytes for each character of the longest product name, in Base64.
    public const int MaxLength = 2000;
    private const int ChecksumLength = 8;

    /// <summary>Writes the values of the last row of a page, for the list named <paramref name="list"/>.</summary>
    public static string Write(string list, params string[] lastRow)
    {
        var content = JsonSerializer.SerializeToUtf8Bytes(lastRow);
        return Base64Url.EncodeToString([.. Checksum(list, content), .. content]);
    }

    /// <summary>The values, or null for anything that this list did not write.</summary>
    public static string[]? Read(string list, string cursor)
    {
        if (cursor.Length > MaxLength || !Base64Url.IsValid(cursor))
            return null;

        var bytes = Base64Url.DecodeFromChars(cursor);
        if (bytes.Length <= ChecksumLength)
            return null;

        var (checksum, content) = (bytes[..ChecksumLength], bytes[ChecksumLength..]);
        return Checksum(list, content).SequenceEqual(checksum) ? JsonSerializer.Deserialize<string[]>(content) : null;
    }

    private static ReadOnlySpan<byte> Checksum(string list, ReadOnlySpan<byte> content) =>
        SHA256.HashData([.. Encoding.UTF8.GetBytes(list), .. content]).AsSpan(0, ChecksumLength);
}
