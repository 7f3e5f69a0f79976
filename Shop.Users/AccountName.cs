using Shop.ServiceDefaults;

namespace Shop.Users;

/// <summary>The owner's name: as typed, without surrounding spaces, printable on one line.</summary>
internal static class AccountName
{
    public static string Check(Validation validation, string field, string text)
    {
        var name = text.Trim();
        validation.CheckText(name, field, Account.LongestName);
        return name;
    }
}
