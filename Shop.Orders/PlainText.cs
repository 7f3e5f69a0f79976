using System.Text.RegularExpressions;
using Shop.ServiceDefaults;

namespace Shop.Orders;

/// <summary>Text that people wrote and that we print on labels and pages: one line, nothing that is invisible.</summary>
internal static partial class PlainText
{
    public static Validation CheckText(this Validation check, string text, string field, int longest) => check
        .Check(!string.IsNullOrWhiteSpace(text) && text.Length <= longest, field, $"Give 1 to {longest} characters.")
        .Check(!Unprintable().IsMatch(text), field, "There must be no control characters.");

    // Control characters, line and paragraph separators, and what turns the writing direction of a label around.
    [GeneratedRegex(@"[\p{Cc}\p{Zl}\p{Zp}\u202A-\u202E\u2066-\u2069]")]
    private static partial Regex Unprintable();
}
