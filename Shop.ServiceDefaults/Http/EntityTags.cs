using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;

namespace Shop.ServiceDefaults;

/// <summary>
/// Conditional requests by ETag (RFC 9110, 13): a client does not read again what it has, and a change names the
/// version it is based on.
/// </summary>
public static class EntityTags
{
    /// <summary>Whether <c>If-None-Match</c> contains the tag; then the answer is 304.</summary>
    /// <param name="request">The request.</param>
    /// <param name="tag">The tag of the current version.</param>
    public static bool IsKnown(HttpRequest request, EntityTagHeaderValue tag) => request.GetTypedHeaders().IfNoneMatch
        .Any(known => known.Equals(EntityTagHeaderValue.Any) || known.Compare(tag, useStrongComparison: false));

    /// <summary>Refuses a change unless <c>If-Match</c> names the current version.</summary>
    /// <param name="request">The request.</param>
    /// <param name="isCurrent">Whether a strong tag names the current version.</param>
    /// <returns>
    /// 428 when there is no such header, 412 when it names another version, null when the change may go on.
    /// </returns>
    public static ProblemHttpResult? Refuse(HttpRequest request, Func<EntityTagHeaderValue, bool> isCurrent)
    {
        if (request.Headers.IfMatch.Count == 0)
        {
            return TypedResults.Problem(
                "Send the ETag of what you read as If-Match, so that nobody's change is lost.",
                statusCode: StatusCodes.Status428PreconditionRequired);
        }

        // What is no tag names no version.
        return request.GetTypedHeaders().IfMatch
            .Any(tag => tag.Equals(EntityTagHeaderValue.Any) || (!tag.IsWeak && isCurrent(tag)))
            ? null
            : Changed();
    }

    /// <summary>412: somebody changed it meanwhile.</summary>
    public static ProblemHttpResult Changed() =>
        Problem.PreconditionFailed("It was changed since you read it. Read it again.");
}
