using System.Security.Cryptography;
using Microsoft.AspNetCore.Http.HttpResults;
using Scalar.AspNetCore;

namespace Shop.Gateway.Storefront;

/// <summary>
/// The description of the whole API, and a page to read and try it with. The document is a committed file; a test says
/// when it is not what the services say, and when it would break a client.
/// </summary>
internal static class ApiReference
{
    private const string Page = "/reference";
    private const string Document = "/openapi/shop.json";
    private const string File = "openapi.json";

    public static void MapApiReference(this IEndpointRouteBuilder app)
    {
        app.MapGet(Document, Describe).AllowAnonymous().ExcludeFromDescription();
        app.MapScalarApiReference(Page, Configure).AllowAnonymous().ExcludeFromDescription();
    }

    private static FileContentHttpResult Describe(StorefrontFiles files, HttpResponse response)
    {
        var file = files.Current.Files[File];
        response.Headers.CacheControl = "public, no-cache";
        return TypedResults.File(file.Content, file.ContentType, entityTag: file.Tag);
    }

    private static void Configure(ScalarOptions options, HttpContext http)
    {
        var nonce = RandomNumberGenerator.GetHexString(32);
        var version = http.RequestServices.GetRequiredService<StorefrontFiles>().Current.Version;
        options.WithTitle("Shop API")
            .WithOpenApiRoutePattern(Document)
            .WithJavaScriptConfiguration($"/assets/{version}/js/reference.js")
            .WithNonce(nonce);
        // Everything comes from here: no fonts, no proxy and no assistant of others.
        options.DefaultFonts = false;
        // Its script makes style elements, which only 'unsafe-inline' permits; scripts have to be ours.
        http.Response.Headers.ContentSecurityPolicy =
            $"default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'unsafe-inline'; "
            + "img-src 'self' data:; font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; "
            + "frame-ancestors 'none'; base-uri 'none'; form-action 'self'";
    }
}
