using Microsoft.AspNetCore.OutputCaching;

namespace Shop.Gateway;

/// <summary>
/// Answers again for a second what a service has just called public, so that a product that many look at costs Orders
/// one query a second (ADR 0034). A request with a token always gets through.
/// </summary>
internal static class CatalogueCache
{
    /// <summary>The policy, for routes.</summary>
    public const string Policy = "catalogue";

    private const long Size = 16 * 1024 * 1024;
    private const long LargestAnswer = 256 * 1024;
    private static readonly TimeSpan Age = TimeSpan.FromSeconds(1);

    public static void AddCatalogueCache(this IServiceCollection services) => services.AddOutputCache(options =>
    {
        options.SizeLimit = Size;
        options.MaximumBodySize = LargestAnswer;
        options.AddPolicy(Policy, policy => policy.AddPolicy<PublicAnswers>().Expire(Age));
    });

    /// <summary>What the service does not call public is for one caller, or an error.</summary>
    private sealed class PublicAnswers : IOutputCachePolicy
    {
        public ValueTask CacheRequestAsync(OutputCacheContext context, CancellationToken cancellation) => default;

        public ValueTask ServeFromCacheAsync(OutputCacheContext context, CancellationToken cancellation) => default;

        public ValueTask ServeResponseAsync(OutputCacheContext context, CancellationToken cancellation)
        {
            var headers = context.HttpContext.Response.GetTypedHeaders();
            context.AllowCacheStorage &= headers.CacheControl?.Public == true;
            return default;
        }
    }
}
