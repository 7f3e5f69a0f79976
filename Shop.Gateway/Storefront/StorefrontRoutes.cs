using Microsoft.AspNetCore.Http.HttpResults;
using Shop.ServiceDefaults;

namespace Shop.Gateway.Storefront;

/// <summary>The pages of the shop, for anybody. Every address that shows one is in this list.</summary>
internal static class StorefrontRoutes
{
    private static readonly string[] Pages =
    [
        "/", "/products/{id:guid}", "/cart", "/checkout", "/sign-in", "/register", "/orders", "/orders/{id:guid}",
        "/account", "/operator", "/operator/{page}", "/operator/orders/{id:guid}", "/how-it-works",
    ];

    /// <summary>
    /// Stricter than for the rest of the shop: a script of the page can't make markup of text either, by mistake or by
    /// injection (Trusted Types).
    /// </summary>
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        + "frame-ancestors 'none'; base-uri 'none'; form-action 'self'; "
        + "require-trusted-types-for 'script'; trusted-types 'none'";

    public static void MapStorefront(this IEndpointRouteBuilder app)
    {
        var pages = app.MapGroup("").AllowAnonymous().ExcludeFromDescription();
        foreach (var path in Pages)
            pages.MapGet(path, Page);

        pages.MapGet("/assets/{version}/{**path}", Asset);
        // Browsers and crawlers ask for these by themselves; a 401 would make browsers ask for a password.
        pages.MapGet("/favicon.ico", Icon);
        pages.MapGet("/robots.txt", () => "User-agent: *\nDisallow: /api/\nDisallow: /operator\n");
    }

    private static FileContentHttpResult Page(StorefrontFiles files, HttpResponse response)
    {
        var page = files.Current.Page;
        response.Headers.ContentSecurityPolicy = Policy;
        // It names the versions of everything else, so it is asked for each time, and seldom sent again.
        response.Headers.CacheControl = "no-cache";
        return TypedResults.File(page.Content, page.ContentType, entityTag: page.Tag);
    }

    private static FileContentHttpResult Icon(StorefrontFiles files, HttpResponse response)
    {
        var icon = files.Current.Files["icon.svg"];
        response.Headers.CacheControl = "public, max-age=86400";
        return TypedResults.File(icon.Content, icon.ContentType, entityTag: icon.Tag);
    }

    private static Results<FileContentHttpResult, ProblemHttpResult> Asset(
        string version, string path, StorefrontFiles files, IHostEnvironment environment, HttpResponse response)
    {
        var release = files.Current;
        if (!release.Files.TryGetValue(path, out var file))
            return Problem.NotFound("There is no such file.");

        // During a roll-out a page of another release may ask here. It gets what there is, and nobody keeps it.
        response.Headers.CacheControl = version == release.Version && !environment.IsDevelopment()
            ? "public, max-age=31536000, immutable"
            : "no-cache";
        return TypedResults.File(file.Content, file.ContentType, entityTag: file.Tag);
    }
}
