using Microsoft.AspNetCore.Http.HttpResults;
using Shop.ServiceDefaults;

namespace Shop.Users;

/// <summary>Changes those fields of the caller's own account that its owner may change.</summary>
internal static class ChangeProfile
{
    public sealed record Request
    {
        // If it is missing, the name stays as it is; an explicit null is refused, because a name is required.
        public string Name { get; init; } = null!;
    }

    public static async Task<Results<Ok<GetMe.Response>, ValidationProblem,
        ProblemHttpResult, ChallengeHttpResult>> Handle(
        Request request, CurrentUser user, HttpContext http, UsersDb db, CancellationToken cancel)
    {
        var validation = new Validation();
        var name = request.Name is null ? null : AccountName.Check(validation, "name", request.Name);
        if (validation.Failed)
            return validation.ToProblem();

        await using var transaction = await db.Database.BeginTransactionAsync(cancel);
        if (await db.LockAccountAsync(user.Id, cancel) is not { } account)
            return TypedResults.Challenge();

        if (VersionTag.Refuses(http.Request, account.Version) is { } refused)
            return refused;

        account.Rename(name ?? account.Name);
        await db.SaveChangesAsync(cancel);
        await transaction.CommitAsync(cancel);
        VersionTag.Tag(http, account.Version);
        return TypedResults.Ok(GetMe.Response.Of(account));
    }
}
