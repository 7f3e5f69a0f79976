using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;
using Shop.ServiceDefaults;

namespace Shop.Users;

/// <summary>The version of a row as its ETag.</summary>
internal static class VersionTag
{
    /// <summary>Sets the ETag.</summary>
    /// <returns>Whether the caller has this version already, by <c>If-None-Match</c>.</returns>
    public static bool Tag(HttpContext http, int version)
    {
        var tag = Of(version);
        http.Response.GetTypedHeaders().ETag = tag;
        return HttpMethods.IsGet(http.Request.Method) && EntityTags.IsKnown(http.Request, tag);
    }

    /// <summary>
    /// The problem when <c>If-Match</c> is missing or names another version; null when the change may go on.
    /// </summary>
    public static ProblemHttpResult? Refuses(HttpRequest request, int version) =>
        EntityTags.Refuse(request, Of(version).Equals);

    private static EntityTagHeaderValue Of(int version) =>
        new(string.Create(CultureInfo.InvariantCulture, $"\"{version}\""));
}
