using Shop.ServiceDefaults;

namespace Shop.Users;

/// <summary>
/// The password rules of NIST SP 800-63B: long enough, not among those that attackers try first, and no rules about its
/// composition. Every Unicode character counts as one and is taken exactly as typed.
/// </summary>
internal static class PasswordRules
{
    public const int Shortest = 12;
    public const int Longest = 128;

    /// <param name="validation">Collects the errors.</param>
    /// <param name="field">The name of the field in the request.</param>
    /// <param name="password">As typed.</param>
    /// <param name="email">The account's address, which is not secret.</param>
    /// <param name="name">The owner's name, which is not secret either.</param>
    public static void Check(Validation validation, string field, string password, string email, string name)
    {
        var length = password.EnumerateRunes().Count();
        validation.Check(
            length is >= Shortest and <= Longest, field, $"The password must have {Shortest} to {Longest} characters.");
        // A text that is far too long is not searched, which would be slow.
        if (length is >= Shortest and <= Longest)
        {
            string[] known = [email, email.Split('@')[0], name, name.Replace(" ", "", StringComparison.Ordinal)];
            validation.Check(
                !CommonPasswords.IsGuessedFirst(password, known), field,
                "This password is among the first that somebody would guess. Choose another one.");
        }
    }
}
