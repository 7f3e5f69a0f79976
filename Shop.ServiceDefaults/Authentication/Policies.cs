namespace Shop.ServiceDefaults;

/// <summary>Names of the authorization policies. A route without any still needs a valid token.</summary>
public static class Policies
{
    /// <summary>Anybody who is signed in.</summary>
    public const string Customer = "customer";

    /// <summary>Only operators.</summary>
    public const string Operator = "operator";
}
