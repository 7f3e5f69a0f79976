using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Shop.ServiceDefaults;
using Shop.Users.Sessions;

namespace Shop.Users;

/// <summary>
/// Changes the password of a caller who knows the current one. All other sessions end, because one may be an
/// attacker's.
/// </summary>
internal static class ChangePassword
{
    public sealed record Request(string CurrentPassword, string NewPassword);

    public static async Task<Results<NoContent, ValidationProblem, ProblemHttpResult, ChallengeHttpResult>> Handle(
        Request request, CurrentUser user, HttpContext http, UsersDb db, Reauthentication reauthentication,
        PasswordHashing passwords,
        TimeProvider clock, ILogger<Account> log, CancellationToken cancel)
    {
        var account = await db.Accounts.AsNoTracking().SingleOrDefaultAsync(known => known.Id == user.Id, cancel);
        if (account is null)
            return TypedResults.Challenge();

        var validation = new Validation();
        PasswordRules.Check(validation, "newPassword", request.NewPassword, account.Email, account.Name);
        if (validation.Failed)
            return validation.ToProblem();

        var source = http.Connection.RemoteIpAddress;
        if (await reauthentication.CheckAsync(account, request.CurrentPassword, source, cancel) is { } refused)
            return refused;

        string passwordHash;
        using (var slot = await passwords.AcquireSlotAsync(cancel))
        {
            if (slot is null)
                return Reauthentication.Busy();

            passwordHash = passwords.Hash(request.NewPassword);
        }

        await using var transaction = await db.Database.BeginTransactionAsync(cancel);
        var current = await db.LockAccountAsync(user.Id, cancel);
        // Something ended sessions while we hashed, possibly this one.
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
