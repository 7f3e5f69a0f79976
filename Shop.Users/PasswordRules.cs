using Shop.ServiceDefaults;

namespace Shop.Users;

/// <summary>
/// What may be a password, by NIST SP 800-63B: long enough, not one that everybody tries first, and nothing about its
/// composition. Every Unicode character counts as one and is taken exactly as typed.
/// </summary>
internal static class PasswordRules
{
    public const int Shortest = 12;
    public const int Longest = 128;

    /// <param name="validation">Where errors are noted.</param>
    /// <param name="field">What the caller called the password.</param>
    /// <param name="password">As typed.</param>
    /// <param name="email">The account's address: no secret.</param>
    /// <param name="name">The owner's name: no secret either.</param>
    public static void Check(Validation validation, string field, string password, string email, string name)
    {
        var length = password.EnumerateRunes().Count();
        validation.Check(length is >= Shortest and <= Longest, field, $"The password must have {Shortest} to {Longest} characters.");
        // What is far too long is not even looked at.
        if (length is >= Shortest and <= Longest)
        {
            string[] known = [email, email.Split('@')[0], name, name.Replace(" ", "", StringComparison.Ordinal)];
            validation.Check(
                !CommonPasswords.IsGuessedFirst(password, known), field,
                "This password is among the first that somebody would guess. Choose another one.");
        }
    }
}
