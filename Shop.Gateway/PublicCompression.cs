using System.IO.Compression;
using Microsoft.AspNetCore.ResponseCompression;

namespace Shop.Gateway;

/// <summary>
/// Compresses what is the same for everybody: pages, the catalogue and the description of the API. Nothing else,
/// because the length of an answer that has both a secret and text of somebody else tells of the secret (BREACH).
/// </summary>
internal static class PublicCompression
{
    private static readonly string[] PublicRoutes = ["/api/products", "/api/shipping/rates"];

    public static void AddPublicCompression(this IServiceCollection services)
    {
        services.AddResponseCompression(options =>
        {
            options.EnableForHttps = true;
            options.MimeTypes = [.. ResponseCompressionDefaults.MimeTypes, "image/svg+xml", "text/javascript"];
        });
        services.Configure<BrotliCompressionProviderOptions>(brotli => brotli.Level = CompressionLevel.Optimal);
        services.Configure<GzipCompressionProviderOptions>(gzip => gzip.Level = CompressionLevel.Optimal);
    }

    public static void UsePublicCompression(this IApplicationBuilder app) => app.UseWhen(
        context => IsPublic(context.Request.Path), branch => branch.UseResponseCompression());

    // Outside /api there are only pages, their files and the description of the API.
    private static bool IsPublic(PathString path) =>
        !path.StartsWithSegments("/api", StringComparison.OrdinalIgnoreCase)
        || Array.Exists(PublicRoutes, route => path.StartsWithSegments(route, StringComparison.OrdinalIgnoreCase));
}
