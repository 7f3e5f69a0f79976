using Shop.ServiceDefaults;

namespace Shop.Users;

/// <summary>What an account calls its owner: as typed, without surrounding blanks, printable in one line.</summary>
internal static class AccountName
{
    public static string Check(Validation validation, string field, string text)
    {
        var name = text.Trim();
        validation.CheckText(name, field, Account.LongestName);
        return name;
    }
}
