namespace Shop.Users;

/// <summary>Somebody who can sign in. No two accounts share an e-mail address in its normal form.</summary>
internal sealed class Account
{
    public const int LongestName = 100;
    public const int LongestLockReason = 200;

    public required Guid Id { get; init; }
    public required string Email { get; init; }
    public required string Name { get; set; }
    public required string Role { get; set; }
    public required DateTimeOffset RegisteredAt { get; init; }
    public required string PasswordHash { get; set; }

    /// <summary>Incremented by each change that the owner sees; the ETag of the profile.</summary>
    public int Version { get; private set; }

    /// <summary>
    /// Incremented by each change that ends sessions. A sign-in that began before such a change gets no session.
    /// </summary>
    public int Generation { get; private set; }

    /// <summary>When the account was locked; null when it is not.</summary>
    public DateTimeOffset? LockedAt { get; private set; }

    /// <summary>As the operator wrote it.</summary>
    public string? LockReason { get; private set; }

    public void Rename(string name)
    {
        if (name == Name)
            return;

        Name = name;
        Version++;
    }

    /// <summary>The caller ends the account's other sessions in the same transaction.</summary>
    public void ChangePassword(string passwordHash)
    {
        PasswordHash = passwordHash;
        Generation++;
    }

    /// <summary>
    /// The caller ends the account's sessions in the same transaction, so that no token keeps the old role.
    /// </summary>
    public void Appoint(string role)
    {
        Role = role;
        Version++;
        Generation++;
    }

    /// <summary>The caller ends the account's sessions in the same transaction.</summary>
    public void Lock(DateTimeOffset now, string? reason)
    {
        LockedAt = now;
        LockReason = reason;
        Generation++;
    }

    public void Unlock() => (LockedAt, LockReason) = (null, null);
}
