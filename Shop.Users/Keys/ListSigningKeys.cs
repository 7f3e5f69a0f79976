using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Shop.Users.Keys;

/// <summary>
/// The signing keys, the newest first, for operators: when they sign and verify, without the keys themselves.
/// </summary>
internal static class ListSigningKeys
{
    private const int MaxItems = 100;

    public sealed record Response(IReadOnlyList<Key> Items);

    public sealed record Key(string Id, DateTimeOffset CreatedAt, DateTimeOffset ActiveFrom, DateTimeOffset? RetiredAt);

    public static async Task<Ok<Response>> Handle(UsersDb db, CancellationToken cancel) => TypedResults.Ok(new Response(
        await db.SigningKeys
            .OrderByDescending(key => key.ActiveFrom).ThenBy(key => key.Id)
            .Take(MaxItems)
            .Select(key => new Key(key.Id, key.CreatedAt, key.ActiveFrom, key.RetiredAt))
            .ToListAsync(cancel)));
}
