using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using Shop.Messaging;
using Shop.ServiceDefaults;
using Shop.Users.Operators;

namespace Shop.Users;

/// <summary>
/// Deletes the caller's account with all data that Users has about them. The event makes every other service erase its
/// personal data; orders and bookings stay, but anonymous.
/// </summary>
internal static class DeleteAccount
{
    public sealed record Request(string Password);

    public static async Task<Results<NoContent, ProblemHttpResult, ChallengeHttpResult>> Handle(
        [FromBody] Request request, CurrentUser user, HttpContext http, UsersDb db, Reauthentication reauthentication,
        TimeProvider clock,
        ILogger<Account> log, CancellationToken cancel)
    {
        var account = await db.Accounts.AsNoTracking().SingleOrDefaultAsync(known => known.Id == user.Id, cancel);
        if (account is null)
            return TypedResults.Challenge();

        var source = http.Connection.RemoteIpAddress;
        if (await reauthentication.CheckAsync(account, request.Password, source, cancel) is { } refused)
            return refused;

        await using var transaction = await db.Database.BeginTransactionAsync(cancel);
        await LastOperatorGuard.LockAsync(db, cancel);
        var current = await db.LockAccountAsync(user.Id, cancel);
        if (current is null || current.Generation != account.Generation)
            return TypedResults.Challenge();

        if (await LastOperatorGuard.IsLastAsync(db, current, cancel))
            return Problem.Conflict("You are the last operator. Make somebody else an operator first.");

        // The foreign keys delete sessions, refresh tokens and addresses too.
        db.Accounts.Remove(current);
        db.Publish(new UserDeleted(current.Id, clock.GetUtcNow()));
        await db.SaveChangesAsync(cancel);
        await transaction.CommitAsync(cancel);
        log.Deleted(current.Id);
        return TypedResults.NoContent();
    }
}
