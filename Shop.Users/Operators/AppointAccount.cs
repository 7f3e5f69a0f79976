using Microsoft.AspNetCore.Http.HttpResults;
using Shop.ServiceDefaults;

namespace Shop.Users.Operators;

/// <summary>
/// Makes an account an operator, or a customer again. Its sessions end, so that no token keeps the old role for long.
/// </summary>
internal static class AppointAccount
{
    public sealed record Request(string Role);

    public static async Task<Results<Ok<AccountView>, ValidationProblem, ProblemHttpResult>> Handle(
        Guid id, Request request, CurrentUser user, UsersDb db, TimeProvider clock, ILogger<Account> log,
        CancellationToken cancel)
    {
        var check = new Validation().Check(
            request.Role is Roles.Customer or Roles.Operator,
            "role",
            $"A role is {Roles.Customer} or {Roles.Operator}.");
        if (check.Failed)
            return check.ToProblem();

        if (id == user.Id)
            return Problem.Conflict("You can't change your own role.");

        await using var transaction = await db.Database.BeginTransactionAsync(cancel);
        await LastOperatorGuard.LockAsync(db, cancel);
        if (await db.LockAccountAsync(id, cancel) is not { } account)
            return Problem.NotFound("There is no such account.");

        if (account.Role == request.Role)
            return TypedResults.Ok(AccountView.Of(account));

        if (await LastOperatorGuard.IsLastAsync(db, account, cancel))
            return Problem.Conflict("This is the last operator.");

        account.Appoint(request.Role);
        await db.SaveChangesAsync(cancel);
        await db.EndSessionsAsync(id, clock.GetUtcNow(), cancel);
        await transaction.CommitAsync(cancel);
        log.Appointed(id, request.Role, user.Id);
        return TypedResults.Ok(AccountView.Of(account));
    }
}
