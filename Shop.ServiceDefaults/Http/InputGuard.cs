using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;

namespace Shop.ServiceDefaults;

/// <summary>
/// Refuses bodies that are not plain JSON in UTF-8 (another charset is a 500 in .NET 10), and U+0000 in a query.
/// </summary>
internal sealed class InputGuard(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext context)
    {
        var request = context.Request;
        if (request.QueryString.Value?.Contains("%00", StringComparison.Ordinal) == true)
            return Problem.BadRequest("The query must not contain U+0000.").ExecuteAsync(context);

        if (context.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody != true)
            return next(context);

        if (request.Headers.ContentEncoding.Count > 0 || !IsJsonInUtf8(request.ContentType))
            return Unsupported(context);

        // Normalized, because .NET takes the quotes of charset="utf-8" for a part of the name and fails with a 500.
        request.ContentType = "application/json; charset=utf-8";
        return next(context);
    }

    private static bool IsJsonInUtf8(string? contentType) => MediaTypeHeaderValue.TryParse(contentType, out var parsed)
        && parsed.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase)
        && parsed.Parameters
            .Where(parameter => parameter.Name.Equals("charset", StringComparison.OrdinalIgnoreCase)).ToArray() switch
        {
            [] => true,
            [var charset] => charset.Value.AsSpan().Trim('"').Equals("utf-8", StringComparison.OrdinalIgnoreCase),
            _ => false,
        };

    private static Task Unsupported(HttpContext context) => TypedResults
        .Problem(
            "Send plain JSON in UTF-8: Content-Type: application/json.",
            statusCode: StatusCodes.Status415UnsupportedMediaType)
        .ExecuteAsync(context);
}
