namespace Shop.Users.Operators;

/// <summary>An account as operators see it.</summary>
internal sealed record AccountView(
    Guid Id, string Email, string Name, string Role, DateTimeOffset RegisteredAt, DateTimeOffset? LockedAt,
    string? LockReason)
{
    public static AccountView Of(Account account) => new(
        account.Id,
        account.Email,
        account.Name,
        account.Role,
        account.RegisteredAt,
        account.LockedAt,
        account.LockReason);
}
