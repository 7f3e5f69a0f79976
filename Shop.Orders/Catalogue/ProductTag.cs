using System.Buffers.Binary;
using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;
using Shop.ServiceDefaults;

namespace Shop.Orders.Catalogue;

/// <summary>
/// The ETag of a product names its version and what is left of it. A cache asks for both; a change asks for the version
/// alone, since stock moves with every order and an operator who corrects a name would be refused again and again.
/// </summary>
internal static class ProductTag
{
    public static EntityTagHeaderValue Of(int version, int available) =>
        new(string.Create(CultureInfo.InvariantCulture, $"\"{version}.{available}\""));

    /// <summary>Of a page: what it shows and what comes after it.</summary>
    public static EntityTagHeaderValue Of(IReadOnlyList<(Guid Id, int Version, int Available)> products, string? next)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> row = stackalloc byte[16 + (2 * sizeof(int))];
        foreach (var (id, version, available) in products)
        {
            id.TryWriteBytes(row);
            BinaryPrimitives.WriteInt32LittleEndian(row[16..], version);
            BinaryPrimitives.WriteInt32LittleEndian(row[20..], available);
            hash.AppendData(row);
        }

        hash.AppendData(Encoding.ASCII.GetBytes(next ?? ""));
        return new($"\"{Base64Url.EncodeToString(hash.GetHashAndReset().AsSpan(0, 12))}\"");
    }

    /// <summary>
    /// The problem when <c>If-Match</c> is missing or names another version; null when the change may go on.
    /// </summary>
    public static ProblemHttpResult? Refuses(HttpRequest request, int version) =>
        EntityTags.Refuse(request, tag => VersionOf(tag) == version);

    private static int? VersionOf(EntityTagHeaderValue tag) =>
        tag.Tag.Value?.Trim('"').Split('.') is [var version, _]
        && int.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;
}
