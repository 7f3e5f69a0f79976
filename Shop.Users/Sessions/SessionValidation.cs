using System.Security.Claims;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Authorization;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Shop.Users.Sessions;

/// <summary>
/// In Users, a token is valid only while its session is: after deletion, locking, sign-out or a change of role or
/// password it is refused at once. Other services would have to call Users for each request, so they accept a token
/// until it expires (<see cref="AccessTokens.Lifetime"/>).
/// </summary>
internal sealed class SessionValidation : IPostConfigureOptions<JwtBearerOptions>
{
    public void PostConfigure(string? name, JwtBearerOptions options)
    {
        options.Events ??= new();
        var verified = options.Events.OnTokenValidated;
        options.Events.OnTokenValidated = async context =>
        {
            await verified(context);
            if (context.Result is null && NeedsAuthorization(context.HttpContext) && !await IsLiveAsync(context))
                context.Fail("The session is over.");
        };
    }

    // Anonymous routes accept a token of an ended session, so that signing out twice succeeds.
    private static bool NeedsAuthorization(HttpContext http) =>
        http.GetEndpoint()?.Metadata.GetMetadata<IAllowAnonymous>() is null;

    private static async Task<bool> IsLiveAsync(TokenValidatedContext context)
    {
        if (context.Principal?.SessionId() is not { } sessionId
            || !Guid.TryParse(context.Principal.FindFirstValue("sub"), out var accountId))
            return false;

        var db = context.HttpContext.RequestServices.GetRequiredService<UsersDb>();
        return await db.Sessions.AnyAsync(
            session => session.Id == sessionId && session.AccountId == accountId && session.EndedAt == null,
            context.HttpContext.RequestAborted);
    }
}

internal static class SessionClaims
{
    /// <summary>The claim <c>sid</c>: the session that the token came from.</summary>
    public static Guid? SessionId(this ClaimsPrincipal caller) =>
        Guid.TryParse(caller.FindFirstValue("sid"), out var id) ? id : null;
}
