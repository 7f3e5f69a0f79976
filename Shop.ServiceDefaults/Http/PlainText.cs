using System.Text.RegularExpressions;

namespace Shop.ServiceDefaults;

/// <summary>
/// Text from people that is printed on labels and pages: a single line without invisible characters.
/// </summary>
public static partial class PlainText
{
    /// <summary>
    /// Notes an error unless <paramref name="text"/> has 1 to <paramref name="longest"/> characters that can be printed
    /// in one line.
    /// </summary>
    /// <param name="check">Collects the errors.</param>
    /// <param name="text">What the caller sent.</param>
    /// <param name="field">The field as the caller wrote it.</param>
    /// <param name="longest">In UTF-16 code units; PostgreSQL's limits count code points, which are never more.</param>
    public static Validation CheckText(this Validation check, string text, string field, int longest)
    {
        ArgumentNullException.ThrowIfNull(check);
        return check
            .Check(
                !string.IsNullOrWhiteSpace(text) && text.Length <= longest, field, $"Give 1 to {longest} characters.")
            .Check(!Unprintable().IsMatch(text), field, "There must be no control characters.");
    }

    // Control characters, line and paragraph separators, and characters that reverse the writing direction of a label.
    [GeneratedRegex(@"[\p{Cc}\p{Zl}\p{Zp}\u202A-\u202E\u2066-\u2069]")]
    private static partial Regex Unprintable();
}
