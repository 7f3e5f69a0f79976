using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Shop.ServiceDefaults;

namespace Shop.Users.Operators;

/// <summary>
/// Locks or unlocks an account. Locking ends its sessions at once, and a sign-in then fails as with a wrong password.
/// </summary>
internal static class LockAccount
{
    public sealed record Request(string? Reason = null);

    public static async Task<Results<Ok<AccountView>, ValidationProblem, ProblemHttpResult>> Lock(
        Guid id, [FromBody] Request? request, CurrentUser user, UsersDb db, TimeProvider clock, ILogger<Account> log,
        CancellationToken cancel)
    {
        var check = new Validation();
        if (request?.Reason is { } reason)
            check.CheckText(reason, "reason", Account.LongestLockReason);

        if (check.Failed)
            return check.ToProblem();

        if (id == user.Id)
            return Problem.Conflict("You can't lock yourself out.");

        await using var transaction = await db.Database.BeginTransactionAsync(cancel);
        await LastOperatorGuard.LockAsync(db, cancel);
        if (await db.LockAccountAsync(id, cancel) is not { } account)
            return Problem.NotFound("There is no such account.");

        if (await LastOperatorGuard.IsLastAsync(db, account, cancel))
            return Problem.Conflict("This is the last operator.");

        if (account.LockedAt is null)
        {
            var now = clock.GetUtcNow();
            account.Lock(now, request?.Reason);
            await db.SaveChangesAsync(cancel);
            await db.EndSessionsAsync(id, now, cancel);
            await transaction.CommitAsync(cancel);
            log.Locked(id, user.Id);
        }

        return TypedResults.Ok(AccountView.Of(account));
    }

    public static async Task<Results<Ok<AccountView>, ProblemHttpResult>> Unlock(
        Guid id, CurrentUser user, UsersDb db, ILogger<Account> log, CancellationToken cancel)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(cancel);
        if (await db.LockAccountAsync(id, cancel) is not { } account)
            return Problem.NotFound("There is no such account.");

        if (account.LockedAt is not null)
        {
            account.Unlock();
            await db.SaveChangesAsync(cancel);
            await transaction.CommitAsync(cancel);
            log.Unlocked(id, user.Id);
        }

        return TypedResults.Ok(AccountView.Of(account));
    }
}
