namespace Shop.Users;

/// <summary>Somebody who can sign in. No two accounts share an e-mail address in its normal form.</summary>
internal sealed class Account
{
    public const int LongestName = 100;

    public required Guid Id { get; init; }
    public required string Email { get; init; }
    public required string Name { get; init; }
    public required string Role { get; init; }
    public required DateTimeOffset RegisteredAt { get; init; }
    public required string PasswordHash { get; set; }
}
