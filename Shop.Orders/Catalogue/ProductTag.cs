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
/// alone, since stock moves with every order and an operator who corrects a name would never win against it.
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

    /// <summary>Whether the caller has what the tag names, by <c>If-None-Match</c>.</summary>
    public static bool IsKnown(HttpRequest request, EntityTagHeaderValue tag) => request.GetTypedHeaders().IfNoneMatch
        .Any(one => one.Equals(EntityTagHeaderValue.Any) || one.Compare(tag, useStrongComparison: false));

    /// <summary>The problem when <c>If-Match</c> is missing or names another version; null when the change may go on.</summary>
    public static ProblemHttpResult? Refuses(HttpRequest request, int version)
    {
        var expected = request.GetTypedHeaders().IfMatch;
        if (expected.Count == 0)
        {
            return TypedResults.Problem(
                "Send the ETag of the product that you read as If-Match, so that nobody's change is lost.",
                statusCode: StatusCodes.Status428PreconditionRequired);
        }

        return expected.Any(tag => tag.Equals(EntityTagHeaderValue.Any) || (!tag.IsWeak && VersionOf(tag) == version))
            ? null
            : Changed();
    }

    public static ProblemHttpResult Changed() =>
        Problem.PreconditionFailed("The product was changed since you read it. Read it again.");

    private static int? VersionOf(EntityTagHeaderValue tag) =>
        tag.Tag.Value?.Trim('"').Split('.') is [var version, _]
        && int.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;
}
