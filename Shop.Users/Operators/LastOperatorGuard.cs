using Microsoft.EntityFrameworkCore;
using Shop.Data;
using Shop.ServiceDefaults;

namespace Shop.Users.Operators;

/// <summary>Keeps at least one operator who can sign in, because only operators can appoint others.</summary>
internal static class LastOperatorGuard
{
    /// <summary>
    /// Serializes all changes that may remove an operator until the transaction ends. Taken before any account's own
    /// lock, so that two requests cannot deadlock.
    /// </summary>
    public static Task LockAsync(UsersDb db, CancellationToken cancel) =>
        db.Database.LockAsync("users.operators", cancel);

    /// <summary>Whether no operator could sign in without this account.</summary>
    public static async Task<bool> IsLastAsync(UsersDb db, Account account, CancellationToken cancel) =>
        account is { Role: Roles.Operator, LockedAt: null }
        && !await db.Accounts.AnyAsync(
            other => other.Id != account.Id && other.Role == Roles.Operator && other.LockedAt == null, cancel);
}
