using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Shop.ServiceDefaults;
using Shop.Users.Sessions;

namespace Shop.Users;

/// <summary>A new password for whoever knows the old one. All sessions but the caller's end: one of them may be a thief's.</summary>
internal static class ChangePassword
{
    public sealed record Request(string CurrentPassword, string NewPassword);

    public static async Task<Results<NoContent, ValidationProblem, ProblemHttpResult, ChallengeHttpResult>> Handle(
        Request request, CurrentUser user, HttpContext http, UsersDb db, PasswordProof proof, PasswordHashing passwords,
        TimeProvider clock, ILogger<Account> log, CancellationToken cancel)
    {
        var account = await db.Accounts.AsNoTracking().SingleOrDefaultAsync(known => known.Id == user.Id, cancel);
        if (account is null)
            return TypedResults.Challenge();

        var validation = new Validation();
        PasswordRules.Check(validation, "newPassword", request.NewPassword, account.Email, account.Name);
        if (validation.Failed)
            return validation.ToProblem();

        if (await proof.RefusesAsync(account, request.CurrentPassword, http.Connection.RemoteIpAddress, cancel) is { } refused)
            return refused;

        string passwordHash;
        using (var turn = await passwords.TakeTurn(cancel))
        {
            if (turn is null)
                return PasswordProof.Busy();

            passwordHash = passwords.Hash(request.NewPassword);
        }

        await using var transaction = await db.Database.BeginTransactionAsync(cancel);
        var current = await db.LockAccountAsync(user.Id, cancel);
        // Something else ended sessions while we hashed, perhaps this one.
        if (current is null || current.Generation != account.Generation)
            return TypedResults.Challenge();

        current.ChangePassword(passwordHash);
        await db.SaveChangesAsync(cancel);
        await db.EndSessionsAsync(user.Id, clock.GetUtcNow(), cancel, except: http.User.SessionId());
        await transaction.CommitAsync(cancel);
        log.PasswordChanged(user.Id);
        return TypedResults.NoContent();
    }
}
