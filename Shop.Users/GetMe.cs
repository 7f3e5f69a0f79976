using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Shop.ServiceDefaults;

namespace Shop.Users;

/// <summary>The caller's own account, with an ETag.</summary>
internal static class GetMe
{
    public sealed record Response(Guid Id, string Email, string Name, string Role, DateTimeOffset RegisteredAt)
    {
        public static Response Of(Account account) =>
            new(account.Id, account.Email, account.Name, account.Role, account.RegisteredAt);
    }

    public static async Task<Results<Ok<Response>, StatusCodeHttpResult, ChallengeHttpResult>> Handle(
        CurrentUser user, HttpContext http, UsersDb db, CancellationToken cancel)
    {
        var me = await db.Accounts.AsNoTracking().SingleOrDefaultAsync(account => account.Id == user.Id, cancel);
        // The token outlived its account.
        return me is null ? TypedResults.Challenge()
            : VersionTag.Tag(http, me.Version) ? TypedResults.StatusCode(StatusCodes.Status304NotModified)
            : TypedResults.Ok(Response.Of(me));
    }
}
