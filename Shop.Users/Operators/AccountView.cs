namespace Shop.Users.Operators;

/// <summary>What operators see of an account.</summary>
internal sealed record AccountView(
    Guid Id, string Email, string Name, string Role, DateTimeOffset RegisteredAt, DateTimeOffset? LockedAt, string? LockReason)
{
    public static AccountView Of(Account account) => new(
        account.Id, account.Email, account.Name, account.Role, account.RegisteredAt, account.LockedAt, account.LockReason);
}
