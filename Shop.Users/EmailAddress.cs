using System.Buffers;

namespace Shop.Users;

/// <summary>
/// One spelling per mailbox: without surrounding spaces, in lower case. Only ASCII, by the grammar browsers use for
/// <c>input type=email</c> (https://html.spec.whatwg.org/#valid-e-mail-address): look-alike letters can't impersonate
/// another account, nothing is left for Unicode normalisation, and no address can smuggle a header into a mail.
/// </summary>
internal static class EmailAddress
{
    public const int Longest = 254;
    private const int LongestLocalPart = 64;
    private const int LongestLabel = 63;

    private static readonly SearchValues<char> LocalPart =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789.!#$%&'*+/=?^_`{|}~-");

    public static bool TryNormalize(string text, out string email)
    {
        email = text.Trim(' ').ToLowerInvariant();
        var at = email.IndexOf('@');
        // Checks the original text: some non-ASCII letters become ASCII in lower case.
        return text.All(char.IsAscii)
            && email.Length <= Longest
            && at is > 0 and <= LongestLocalPart
            && email.AsSpan(0, at).IndexOfAnyExcept(LocalPart) < 0
            && email[(at + 1)..].Split('.').All(IsLabel);
    }

    private static bool IsLabel(string label) =>
        label.Length is > 0 and <= LongestLabel
        && label[0] != '-' && label[^1] != '-'
        && label.All(letter => char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter) || letter == '-');
}
