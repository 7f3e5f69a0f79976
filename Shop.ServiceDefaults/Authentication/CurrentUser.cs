using System.Security.Claims;
using Microsoft.AspNetCore.Http;

namespace Shop.ServiceDefaults;

/// <summary>The customer or operator whose token came with the request; an endpoint takes it as a parameter.</summary>
/// <param name="Id">The claim <c>sub</c>.</param>
/// <param name="IsOperator">Whether the token carries the role of operators.</param>
public sealed record CurrentUser(Guid Id, bool IsOperator)
{
    /// <summary>Reads the verified token; minimal APIs call this for a parameter of this type.</summary>
    public static ValueTask<CurrentUser?> BindAsync(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return new(Guid.TryParse(context.User.FindFirstValue("sub"), out var id)
            ? new CurrentUser(id, context.User.IsInRole(Roles.Operator))
            : null);
    }
}

/// <summary>The values of the claim <c>role</c>.</summary>
public static class Roles
{
    /// <summary>Somebody who buys.</summary>
    public const string Customer = "customer";

    /// <summary>Somebody who runs the shop.</summary>
    public const string Operator = "operator";
}
