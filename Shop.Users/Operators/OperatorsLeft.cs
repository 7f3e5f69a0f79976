using Microsoft.EntityFrameworkCore;
using Shop.Data;
using Shop.ServiceDefaults;

namespace Shop.Users.Operators;

/// <summary>There is always an operator who can sign in: nobody else could make one.</summary>
internal static class OperatorsLeft
{
    /// <summary>Makes changes that cost an operator queue until the transaction ends; taken before any account's own lock.</summary>
    public static Task LockAsync(UsersDb db, CancellationToken cancel) =>
        db.Database.LockAsync("users.operators", cancel);

    public static async Task<bool> WouldBeNoneWithout(UsersDb db, Account account, CancellationToken cancel) =>
        account is { Role: Roles.Operator, LockedAt: null }
        && !await db.Accounts.AnyAsync(
            other => other.Id != account.Id && other.Role == Roles.Operator && other.LockedAt == null, cancel);
}
