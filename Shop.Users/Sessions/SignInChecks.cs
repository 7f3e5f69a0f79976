using Microsoft.EntityFrameworkCore;

namespace Shop.Users.Sessions;

/// <summary>What a sign-in stores and asks of its account after the slow part, in which the account may have changed.</summary>
internal static class SignInChecks
{
    /// <summary>A hash of the same password at today's cost; a password that was changed meanwhile stays.</summary>
    public static Task StoreHashAsync(this Account account, UsersDb db, string passwordHash, CancellationToken cancel) => db.Accounts
        .Where(known => known.Id == account.Id && known.PasswordHash == account.PasswordHash)
        .ExecuteUpdateAsync(known => known.SetProperty(upgraded => upgraded.PasswordHash, passwordHash), cancel);

    /// <summary>
    /// Whether nothing happened that ends sessions since the account was read. Nothing can until the transaction ends, so a
    /// session that is stored in it is ended by whatever comes after.
    /// </summary>
    public static async Task<bool> IsUnchangedAsync(this Account account, UsersDb db, CancellationToken cancel)
    {
        var found = await db.Database
            .SqlQuery<Guid>($"SELECT id AS \"Value\" FROM users.accounts WHERE id = {account.Id} AND generation = {account.Generation} FOR SHARE")
            .ToListAsync(cancel);
        return found.Count == 1;
    }
}
