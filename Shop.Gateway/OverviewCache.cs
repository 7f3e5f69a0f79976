using System.Text.Json.Nodes;
using Microsoft.Extensions.Caching.Memory;

namespace Shop.Gateway;

/// <summary>
/// The last good parts of overviews, for when a service is unavailable. A part is kept for the user who has seen it,
/// for a few minutes and in this replica only: whoever asks again gets an old answer rather than none.
/// </summary>
internal sealed class OverviewCache(TimeProvider clock) : IDisposable
{
    // Some 20 MB, since a part has about 2 KB.
    private const int MaxParts = 10_000;
    private static readonly TimeSpan Life = TimeSpan.FromMinutes(5);

    private readonly MemoryCache _parts = new(new MemoryCacheOptions { SizeLimit = MaxParts });

    public void Keep(Guid user, Guid order, string part, JsonNode? content) => _parts.Set(
        (user, order, part),
        (Content: content?.ToJsonString(), At: clock.GetTimestamp()),
        new MemoryCacheEntryOptions { Size = 1, AbsoluteExpirationRelativeToNow = Life });

    /// <summary>Null and null when there is none.</summary>
    public (JsonNode? Content, TimeSpan? Age) Last(Guid user, Guid order, string part) =>
        _parts.TryGetValue((user, order, part), out (string? Content, long At) kept) && kept.Content is { } content
            ? (JsonNode.Parse(content), clock.GetElapsedTime(kept.At))
            : (null, null);

    public void Dispose() => _parts.Dispose();
}
