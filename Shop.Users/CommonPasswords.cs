using System.Collections.Frozen;
using System.Text;

namespace Shop.Users;

/// <summary>
/// Knows what is guessed first: the leaked passwords that are long enough to be allowed at all, and what people make of
/// short ones to get there. A short one as such needs no list, because its length refuses it.
/// </summary>
internal static class CommonPasswords
{
    private const int ShortestWord = 4;
    private const int ShortestStep = 3;
    private const int LeastOfOnesOwn = 6;

    private static readonly string[] List = Read("common-passwords.txt");
    private static readonly FrozenSet<string> Leaked = List.ToFrozenSet(StringComparer.Ordinal);

    // What others are built around, the longest first; what this house is called is among them.
    private static readonly string[] Words = [.. List.Where(word => word.Length < PasswordRules.Shortest).OrderByDescending(word => word.Length)];

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
        var rest = known.Where(word => word.Length >= ShortestWord).Select(word => word.ToLowerInvariant())
            .OrderByDescending(word => word.Length).Concat(Words)
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

    private static string[] Read(string resource)
    {
        using var stream = typeof(CommonPasswords).Assembly.GetManifestResourceStream(resource)
            ?? throw new InvalidOperationException($"{resource} is not embedded.");
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
