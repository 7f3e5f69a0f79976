using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;
using Shop.ServiceDefaults;

namespace Shop.Users;

/// <summary>The version of a row as its ETag: a reader may skip what it knows, a change needs the version it is based on.</summary>
internal static class VersionTag
{
    /// <summary>Sets the ETag.</summary>
    /// <returns>Whether the caller knows this version already, by <c>If-None-Match</c>.</returns>
    public static bool Tag(HttpContext http, int version)
    {
        var tag = Of(version);
        http.Response.GetTypedHeaders().ETag = tag;
        return HttpMethods.IsGet(http.Request.Method) && http.Request.GetTypedHeaders().IfNoneMatch
            .Any(known => known.Equals(EntityTagHeaderValue.Any) || known.Compare(tag, useStrongComparison: false));
    }

    /// <summary>The problem when <c>If-Match</c> is missing or names another version; null when the change may go on.</summary>
    public static ProblemHttpResult? Refuses(HttpRequest request, int version)
    {
        if (request.Headers.IfMatch.Count == 0)
        {
            return TypedResults.Problem(
                "Send the ETag of what you read as If-Match, so that no change is lost.",
                statusCode: StatusCodes.Status428PreconditionRequired);
        }

        return request.GetTypedHeaders().IfMatch.Any(tag => tag.Equals(EntityTagHeaderValue.Any) || tag.Compare(Of(version), useStrongComparison: true))
            ? null
            : Problem.PreconditionFailed("It was changed since you read it. Read it again.");
    }

    private static EntityTagHeaderValue Of(int version) => new(string.Create(CultureInfo.InvariantCulture, $"\"{version}\""));
}
