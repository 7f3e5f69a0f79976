using System.Collections.Frozen;
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
    private const int LeastOfOnesOwn = 6;

    // The passwords of at least twelve characters that lead the published lists of leaked ones.
    private static readonly FrozenSet<string> Common = FrozenSet.ToFrozenSet(
    [
        "123456789012", "1234567890123", "12345678901234", "123456789012345", "1234567890123456", "12345678901234567890",
        "012345678910", "0123456789012", "123123123123", "123412341234", "123456123456", "1234512345", "123456654321",
        "112233445566", "121212121212", "147258369000", "987654321012", "9876543210987", "098765432100", "111222333444",
        "1234567891011", "123456789abc", "123456789123", "123456789987", "1234567890qwerty", "1234567890qwe",
        "qwertyuiop12", "qwertyuiop123", "qwertyuiop1234", "qwertyuiop123456", "qwertyuiop[]", "qwertyuiopas",
        "qwertyuiopasdfgh", "qwertyuiopasdfghjkl", "qwertyuiopasdfghjklzxcvbnm", "qwerty123456", "qwerty1234567",
        "qwerty12345678", "qwerty123456789", "qwerty1234567890", "qwertyqwerty", "qwerty654321", "1qaz2wsx3edc",
        "1qaz2wsx3edc4rfv", "1q2w3e4r5t6y", "1q2w3e4r5t6y7u", "1q2w3e4r5t6y7u8i9o0p", "q1w2e3r4t5y6", "zaq12wsxcde3",
        "zxcvbnmasdfghjkl", "asdfghjkl123", "asdfghjkl;'", "asdfghjklqwertyuiop", "asdfasdfasdf", "abcdefghijkl",
        "abcdefghijklm", "abcdefghijklmnop", "abcdefghijklmnopqrstuvwxyz", "abcd12345678", "abc123456789", "abcabcabcabc",
        "abc123abc123", "a1b2c3d4e5f6", "aa123456789012", "a12345678901", "password1234", "password12345", "password123456",
        "password1234567", "password12345678", "password123456789", "password123!", "password2024", "password2025",
        "password2026", "passwordpassword", "mypassword12", "mypassword123", "newpassword1", "newpassword123", "p@ssw0rd1234",
        "p@ssword1234", "passw0rd1234", "password@123", "password@1234", "pass123456789", "passpasspass", "passw0rdpassw0rd",
        "changeme1234", "changemenow1", "letmeinletmein", "letmein12345", "letmein123456", "welcome12345", "welcome123456",
        "welcome@1234", "iloveyou1234", "iloveyou12345", "iloveyouforever", "iloveyousomuch", "ilovemyfamily", "iloveyou2much",
        "administrator", "administrator1", "administrator123", "admin1234567", "admin12345678", "admin123456789",
        "adminadminadmin", "superman1234", "spongebob123", "basketball12", "basketball123", "football1234", "footballfootball",
        "unbelievable", "alexander123", "christopher1", "christopher123", "manchester123", "manchesterunited", "liverpool123",
        "chelseachelsea", "realmadrid123", "barcelona123", "jesuschrist1", "jesusislord1", "godisgood123", "blessed12345",
        "sunshine1234", "princess1234", "dragon123456", "monkey123456", "shadow123456", "master123456", "michael12345",
        "charlie12345", "secret123456", "test12345678", "test123456789", "testtesttest", "testpassword", "testing12345",
        "computer1234", "internet1234", "samsung12345", "google123456", "facebook1234", "trustno11234", "whatever1234",
        "starwars1234", "pokemon12345", "minecraft123", "correcthorsebatterystaple",
    ],
    StringComparer.OrdinalIgnoreCase);

    public static void Check(Validation validation, string field, string password, string email, string name)
    {
        var length = password.EnumerateRunes().Count();
        validation
            .Check(length is >= Shortest and <= Longest, field, $"The password must have {Shortest} to {Longest} characters.")
            .Check(
                length < Shortest || !IsGuessedFirst(password, email, name), field,
                "This password is among the first that somebody would guess. Choose another one.");
    }

    private static bool IsGuessedFirst(string password, string email, string name) =>
        Common.Contains(password)
        || (char.IsLetterOrDigit(password[0]) && password.All(letter => letter == password[0]))
        || ((string[])[email, email.Split('@')[0], name, name.Replace(" ", "", StringComparison.Ordinal)]).Any(known => IsBuiltAround(password, known));

    private static bool IsBuiltAround(string password, string known) =>
        known.Length >= 4
        && password.Contains(known, StringComparison.OrdinalIgnoreCase)
        && password.Replace(known, "", StringComparison.OrdinalIgnoreCase).EnumerateRunes().Count() < LeastOfOnesOwn;
}
