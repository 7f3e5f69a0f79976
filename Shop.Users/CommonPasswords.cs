using System.Collections.Frozen;
using System.Text;

namespace Shop.Users;

/// <summary>
/// Knows what is guessed first: the leaked passwords that are long enough to be allowed at all, and what people make of
/// short ones to get there. The shorter of the published lists need no list here, because their length refuses them.
/// </summary>
internal static class CommonPasswords
{
    private const int ShortestWord = 4;
    private const int ShortestStep = 3;
    private const int LeastOfOnesOwn = 6;

    private static readonly FrozenSet<string> Leaked = Read("common-passwords.txt");

    // What leaked passwords are built around, and what this house is called.
    private static readonly string[] Words =
    [
        "password", "passwort", "passw0rd", "p@ssw0rd", "p@ssword", "pa$$word", "pass", "qwerty", "azerty", "qwertz", "welcome", "letmein",
        "iloveyou", "administrator", "admin", "changeme", "secret", "login", "master", "default", "guest", "test", "dragon", "monkey",
        "football", "baseball", "basketball", "soccer", "superman", "batman", "sunshine", "princess", "shadow", "michael", "charlie",
        "trustno1", "whatever", "starwars", "pokemon", "hello", "summer", "winter", "spring", "autumn", "computer", "internet", "google",
        "shop.example", "shop", "customer", "operator",
    ];

    // Fingers go along these, in either direction.
    private static readonly string[] Paths =
    [
        "01234567890", "abcdefghijklmnopqrstuvwxyz", "qwertyuiop[]", "asdfghjkl;'", "zxcvbnm,./", "azertyuiop", "qsdfghjklm", "qwertzuiop",
        "!@#$%^&*()", "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik,9ol.0p", "1q2w3e4r5t6y7u8i9o0p", "q1w2e3r4t5y6u7i8o9p0", "a1b2c3d4e5f6g7h8i9j0",
        "qazwsxedcrfvtgbyhnujm",
    ];

    private static readonly string[] BothWays = [.. Paths, .. Paths.Select(path => string.Concat(path.Reverse()))];

    /// <param name="password">A password of allowed length.</param>
    /// <param name="known">What everybody knows of its owner.</param>
    public static bool IsGuessedFirst(string password, IEnumerable<string> known)
    {
        var plain = password.ToLowerInvariant();
        return Leaked.Contains(plain)
            || Leaked.Contains(plain.Replace(" ", "", StringComparison.Ordinal))
            || IsRepetition([.. plain.EnumerateRunes()])
            || OnesOwn(plain, known) < LeastOfOnesOwn;
    }

    // One unit again and again, all blanks among them.
    private static bool IsRepetition(Rune[] password) => Enumerable.Range(1, password.Length / 2)
        .Any(unit => Enumerable.Range(unit, password.Length - unit).All(place => password[place] == password[place - unit]));

    // How much is left without the words that everybody knows and the ways that fingers go.
    private static int OnesOwn(string password, IEnumerable<string> known)
    {
        var rest = known.Where(word => word.Length >= ShortestWord).Select(word => word.ToLowerInvariant()).Concat(Words)
            .OrderByDescending(word => word.Length)
            .Aggregate(password, (left, word) => left.Replace(word, "\n", StringComparison.Ordinal));
        return rest.Split('\n').Sum(Turns);
    }

    // A step along a path counts as one character, however long it is.
    private static int Turns(string text)
    {
        var turns = 0;
        for (var at = 0; at < text.Length; turns++)
            at += Math.Max(1, StepAt(text, at));

        return turns;
    }

    private static int StepAt(string text, int start)
    {
        var longest = 0;
        while (start + longest < text.Length && IsStep(text[start..(start + longest + 1)]))
            longest++;

        return longest >= ShortestStep ? longest : 1;
    }

    private static bool IsStep(string text) =>
        text.All(letter => letter == text[0]) || BothWays.Any(path => path.Contains(text, StringComparison.Ordinal));

    private static FrozenSet<string> Read(string resource)
    {
        using var stream = typeof(CommonPasswords).Assembly.GetManifestResourceStream(resource)
            ?? throw new InvalidOperationException($"{resource} is not embedded.");
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).ToFrozenSet(StringComparer.Ordinal);
    }
}
