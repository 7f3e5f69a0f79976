using System.Collections.Frozen;
using System.Text;

namespace Shop.Users;

/// <summary>
/// Recognizes passwords that attackers try first: leaked passwords that are long enough to be allowed, and short ones
/// that were lengthened with names, sequences or repetition. Shorter passwords are refused by their length.
/// </summary>
internal static class CommonPasswords
{
    // Shorter parts of a name or an address occur in passwords by chance.
    private const int MinWordLength = 4;
    private const int MinSequenceLength = 3;

    // What must be left of a password without known words and sequences: 6 random characters are about a billion
    // guesses.
    private const int MinUnpredictableLength = 6;

    private static readonly string[] List = Read("common-passwords.txt");
    private static readonly FrozenSet<string> Leaked = List.ToFrozenSet(StringComparer.Ordinal);

    // The words that many passwords are built around, the longest first; the name of the shop is one of them.
    private static readonly string[] Words =
    [
        .. List.Where(word => word.Length < PasswordRules.Shortest).OrderByDescending(word => word.Length),
    ];

    // Sequences of characters and keyboard rows that people type, in either direction.
    private static readonly string[] Sequences =
    [
        "01234567890", "abcdefghijklmnopqrstuvwxyz", "qwertyuiop[]", "asdfghjkl;'", "zxcvbnm,./", "azertyuiop",
        "qsdfghjklm", "qwertzuiop",
        "!@#$%^&*()", "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik,9ol.0p", "1q2w3e4r5t6y7u8i9o0p", "q1w2e3r4t5y6u7i8o9p0",
        "a1b2c3d4e5f6g7h8i9j0",
        "qazwsxedcrfvtgbyhnujm",
    ];

    private static readonly string[] BothDirections =
    [
        .. Sequences,
        .. Sequences.Select(sequence => string.Concat(sequence.Reverse())),
    ];

    /// <param name="password">A password of allowed length.</param>
    /// <param name="known">The owner's name and address, which an attacker may know.</param>
    public static bool IsGuessedFirst(string password, IEnumerable<string> known)
    {
        var plain = password.ToLowerInvariant();
        return Leaked.Contains(plain)
            || Leaked.Contains(plain.Replace(" ", "", StringComparison.Ordinal))
            || IsRepetition([.. plain.EnumerateRunes()])
            || UnpredictableLength(plain, known) < MinUnpredictableLength;
    }

    // The same part again and again, such as "abcabcabcabc" or spaces only.
    private static bool IsRepetition(Rune[] password) => Enumerable.Range(1, password.Length / 2)
        .Any(
            unit =>
                Enumerable.Range(unit, password.Length - unit).All(place => password[place] == password[place - unit]));

    // The length without known words, where a sequence counts as one character.
    private static int UnpredictableLength(string password, IEnumerable<string> known)
    {
        var rest = known.Where(word => word.Length >= MinWordLength).Select(word => word.ToLowerInvariant())
            .OrderByDescending(word => word.Length).Concat(Words)
            .Aggregate(password, (left, word) => left.Replace(word, "\n", StringComparison.Ordinal));
        return rest.Split('\n').Sum(CountSteps);
    }

    // A sequence or a repeated character counts as one character, however long it is.
    private static int CountSteps(string text)
    {
        var steps = 0;
        for (var at = 0; at < text.Length; steps++)
            at += Math.Max(1, SequenceLengthAt(text, at));

        return steps;
    }

    private static int SequenceLengthAt(string text, int start)
    {
        var longest = 0;
        while (start + longest < text.Length && IsSequence(text[start..(start + longest + 1)]))
            longest++;

        return longest >= MinSequenceLength ? longest : 1;
    }

    private static bool IsSequence(string text) =>
        text.All(letter => letter == text[0])
            || BothDirections.Any(sequence => sequence.Contains(text, StringComparison.Ordinal));

    private static string[] Read(string resource)
    {
        using var stream = typeof(CommonPasswords).Assembly.GetManifestResourceStream(resource)
            ?? throw new InvalidOperationException($"{resource} is not embedded.");
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
