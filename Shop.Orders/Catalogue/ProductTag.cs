using System.Globalization;
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
