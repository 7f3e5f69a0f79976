using System.Security.Claims;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Tokens;

namespace Shop.ServiceDefaults;

internal static class Authentication
{
    private static readonly TimeSpan RetryAfterKeysUnknown = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Bearer tokens of Users: one format, RS256 only, the published keys, and everything denied by default.
    /// </summary>
    public static void AddBearerTokens(this IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        builder.AddValidatedOptions<TokenVerificationOptions>(TokenVerificationOptions.Section);
        services.AddAuthentication(JwtBearerDefaults.AuthenticationScheme).AddJwtBearer();
        services.AddOptions<JwtBearerOptions>(JwtBearerDefaults.AuthenticationScheme)
            .Configure<IOptions<TokenVerificationOptions>, TimeProvider, RejectedTokenLog, VerifiedTokens>(Verify);
        services.AddHttpClient(JwksCache.Client).WithoutRetries();
        services.AddSingleton<JwksCache>();
        services.AddSingleton<IPostConfigureOptions<JwtBearerOptions>>(
            provider => provider.GetRequiredService<JwksCache>());
        services.AddHostedService<JwksRefreshWorker>();
        services.AddSingleton<RejectedTokenLog>();
        services.AddSingleton<VerifiedTokens>();
        services.AddAuthorizationBuilder()
            .SetFallbackPolicy(new AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build())
            .AddPolicy(Policies.Customer, policy => policy.RequireAuthenticatedUser())
            .AddPolicy(Policies.Operator, policy => policy.RequireRole(Roles.Operator));
    }

    private static void Verify(
        JwtBearerOptions bearer, IOptions<TokenVerificationOptions> verification, TimeProvider clock,
        RejectedTokenLog rejectedTokens, VerifiedTokens verifiedTokens)
    {
        bearer.MapInboundClaims = false;
        // Whoever passes the token on reads it from the request.
        bearer.SaveToken = false;
        bearer.TokenValidationParameters = new()
        {
            ValidIssuer = verification.Value.Issuer,
            ValidAudience = verification.Value.Audience,
            ValidAlgorithms = [SecurityAlgorithms.RsaSha256],
            ValidTypes = [AccessTokenFormat.Type],
            // The built-in validator does not use our TimeProvider.
            LifetimeValidator = IsInTime,
            RequireExpirationTime = true,
            RequireSignedTokens = true,
            // Only the key that the token names.
            TryAllIssuerSigningKeys = false,
            NameClaimType = "sub",
            RoleClaimType = "role",
        };
        bearer.Events = new()
        {
            OnMessageReceived = context =>
            {
                var authorization = context.Request.Headers.Authorization;
                if (authorization.Count == 0)
                    context.NoResult();
                else if (authorization is [{ } seen] && verifiedTokens.Find(seen, IsInTime) is { } caller)
                {
                    context.Principal = caller;
                    context.Success();
                }
                else if (AccessTokenFormat.TryRead(
                    authorization, clock.GetUtcNow() + TokenVerificationOptions.LongestTokenLife, out var token))
                    context.Token = token;
                else
                    context.Fail("The token does not have the form of ours.");

                return Task.CompletedTask;
            },
            OnTokenValidated = context =>
            {
                context.Principal = ClaimsOf(context.Principal!);
                verifiedTokens.Remember(
                    context.Request.Headers.Authorization.ToString(), context.SecurityToken, context.Principal);
                return Task.CompletedTask;
            },
            // Any exception of the verification means an unauthenticated request, not a 500.
            OnAuthenticationFailed = context =>
            {
                context.Fail(context.Exception);
                return Task.CompletedTask;
            },
            OnChallenge = context =>
            {
                if (context.AuthenticateFailure is KeysUnknownException)
                {
                    context.HandleResponse();
                    return Problem.Unavailable("Who you are can't be checked right now.", RetryAfterKeysUnknown)
                        .ExecuteAsync(context.HttpContext);
                }

                if (context.AuthenticateFailure is { } reason)
                    rejectedTokens.Record(reason);

                // RFC 6750 wants the error code; the reason would only help an attacker.
                context.Error = context.AuthenticateFailure is null ? null : "invalid_token";
                context.ErrorDescription = null;
                return Task.CompletedTask;
            },
        };

        bool IsInTime(DateTime? begin, DateTime? end, SecurityToken? _, TokenValidationParameters? __) =>
            end > clock.GetUtcNow() - verification.Value.ClockSkew
            && !(begin > clock.GetUtcNow() + verification.Value.ClockSkew);
    }

    /// <summary>
    /// What the token says, without the token and what its parser has built: a live stream keeps its caller for as long
    /// as it is open.
    /// </summary>
    private static ClaimsPrincipal ClaimsOf(ClaimsPrincipal verified)
    {
        var token = (ClaimsIdentity)verified.Identity!;
        var identity = new CaseSensitiveClaimsIdentity(
            token.AuthenticationType, token.NameClaimType, token.RoleClaimType);
        foreach (var claim in token.Claims)
            identity.AddClaim(new(
                claim.Type, claim.Value, claim.ValueType, claim.Issuer, claim.OriginalIssuer, identity));

        return new(identity);
    }
}
