using System.Text.RegularExpressions;

namespace Shop.ServiceDefaults;

/// <summary>
/// Text that people wrote and that we print on labels and pages: one line, nothing that is invisible.
/// </summary>
public static partial class PlainText
{
    /// <summary>
    /// Notes an error unless <paramref name="text"/> has 1 to <paramref name="longest"/> characters that can be printed
    /// in one line.
    /// </summary>
    /// <param name="check">Where errors are noted.</param>
    /// <param name="text">What the caller sent.</param>
    /// <param name="field">The field as the caller wrote it.</param>
    /// <param name="longest">In UTF-16 units, as PostgreSQL's limits are never less than that.</param>
    public static Validation CheckText(this Validation check, string text, string field, int longest)
    {
        ArgumentNullException.ThrowIfNull(check);
        return check
            .Check(
                !string.IsNullOrWhiteSpace(text) && text.Length <= longest, field, $"Give 1 to {longest} characters.")
            .Check(!Unprintable().IsMatch(text), field, "There must be no control characters.");
    }

    // Control characters, line and paragraph separators, and what turns the writing direction of a label around.
    [GeneratedRegex(@"[\p{Cc}\p{Zl}\p{Zp}\u202A-\u202E\u2066-\u2069]")]
    private static partial Regex Unprintable();
}
