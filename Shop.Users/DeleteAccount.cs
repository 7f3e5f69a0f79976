using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using Shop.Messaging;
using Shop.ServiceDefaults;
using Shop.Users.Operators;

namespace Shop.Users;

/// <summary>
/// Deletes the caller's account with all that Users knows of them. Every service that keeps something personal forgets it
/// by the event; orders and bookings stay, without a name.
/// </summary>
internal static class DeleteAccount
{
    public sealed record Request(string Password);

    public static async Task<Results<NoContent, ProblemHttpResult, ChallengeHttpResult>> Handle(
        [FromBody] Request request, CurrentUser user, HttpContext http, UsersDb db, PasswordProof proof, TimeProvider clock,
        ILogger<Account> log, CancellationToken cancel)
    {
        var account = await db.Accounts.AsNoTracking().SingleOrDefaultAsync(known => known.Id == user.Id, cancel);
        if (account is null)
            return TypedResults.Challenge();

        if (await proof.RefusesAsync(account, request.Password, http.Connection.RemoteIpAddress, cancel) is { } refused)
            return refused;

        await using var transaction = await db.Database.BeginTransactionAsync(cancel);
        await OperatorsLeft.LockAsync(db, cancel);
        var current = await db.LockAccountAsync(user.Id, cancel);
        if (current is null || current.Generation != account.Generation)
            return TypedResults.Challenge();

        if (await OperatorsLeft.WouldBeNoneWithout(db, current, cancel))
            return Problem.Conflict("You are the last operator. Make somebody else an operator first.");

        // Sessions, refresh tokens and addresses go with it, by the foreign keys.
        db.Accounts.Remove(current);
        db.Publish(new UserDeleted(current.Id, clock.GetUtcNow()));
        await db.SaveChangesAsync(cancel);
        await transaction.CommitAsync(cancel);
        log.Deleted(current.Id);
        return TypedResults.NoContent();
    }
}
