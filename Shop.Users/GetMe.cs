using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Shop.ServiceDefaults;

namespace Shop.Users;

/// <summary>The caller's own account.</summary>
internal static class GetMe
{
    public sealed record Response(Guid Id, string Email, string Name, string Role, DateTimeOffset RegisteredAt);

    public static async Task<Results<Ok<Response>, ChallengeHttpResult>> Handle(CurrentUser user, UsersDb db, CancellationToken cancel)
    {
        var me = await db.Accounts
            .Where(account => account.Id == user.Id)
            .Select(account => new Response(account.Id, account.Email, account.Name, account.Role, account.RegisteredAt))
            .SingleOrDefaultAsync(cancel);
        // The token outlived its account.
        return me is null ? TypedResults.Challenge() : TypedResults.Ok(me);
    }
}
