using Microsoft.EntityFrameworkCore;

namespace Shop.Users.Sessions;

/// <summary>Database access of a sign-in after the slow hashing, during which the account may have changed.</summary>
internal static class SignInAccountChecks
{
    /// <summary>
    /// Stores a hash of the same password at the current cost, unless the password has been changed meanwhile.
    /// </summary>
    public static Task StoreHashAsync(
        this Account account, UsersDb db, string passwordHash, CancellationToken cancel) =>
        db.Accounts
            .Where(known => known.Id == account.Id && known.PasswordHash == account.PasswordHash)
            .ExecuteUpdateAsync(known => known.SetProperty(upgraded => upgraded.PasswordHash, passwordHash), cancel);

    /// <summary>
    /// Whether nothing has ended the account's sessions since it was read. The row stays locked until the transaction
    /// ends, so a later change also ends the session that is stored in it.
    /// </summary>
    public static async Task<bool> IsUnchangedAsync(this Account account, UsersDb db, CancellationToken cancel)
    {
        var found = await db.Database
            .SqlQuery<Guid>(
                $"""
                SELECT id AS "Value" FROM users.accounts
                WHERE id = {account.Id} AND generation = {account.Generation} FOR SHARE
                """)
            .ToListAsync(cancel);
        return found.Count == 1;
    }
}
