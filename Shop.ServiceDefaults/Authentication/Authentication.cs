using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Tokens;

namespace Shop.ServiceDefaults;

internal static class Authentication
{
    private static readonly TimeSpan WhenKeysAreUnknown = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Bearer tokens of Users: one form, RS256 only, the keys that it publishes, everything denied by default.
    /// </summary>
    public static void AddBearerTokens(this IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        builder.AddValidatedOptions<TokenVerificationOptions>(TokenVerificationOptions.Section);
        services.AddAuthentication(JwtBearerDefaults.AuthenticationScheme).AddJwtBearer();
        services.AddOptions<JwtBearerOptions>(JwtBearerDefaults.AuthenticationScheme)
            .Configure<IOptions<TokenVerificationOptions>, TimeProvider, TokenRefusals>(Verify);
        services.AddHttpClient(KeysOfUsers.Client).WithoutRetries();
        services.AddSingleton<KeysOfUsers>();
        services.AddSingleton<IPostConfigureOptions<JwtBearerOptions>>(
            provider => provider.GetRequiredService<KeysOfUsers>());
        services.AddHostedService<KeyRefresh>();
        services.AddSingleton<TokenRefusals>();
        services.AddAuthorizationBuilder()
            .SetFallbackPolicy(new AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build())
            .AddPolicy(Policies.Customer, policy => policy.RequireAuthenticatedUser())
            .AddPolicy(Policies.Operator, policy => policy.RequireRole(Roles.Operator));
    }

    private static void Verify(
        JwtBearerOptions bearer, IOptions<TokenVerificationOptions> agreed, TimeProvider clock, TokenRefusals refusals)
    {
        bearer.MapInboundClaims = false;
        bearer.TokenValidationParameters = new()
        {
            ValidIssuer = agreed.Value.Issuer,
            ValidAudience = agreed.Value.Audience,
            ValidAlgorithms = [SecurityAlgorithms.RsaSha256],
            ValidTypes = [AccessTokenForm.Type],
            // The library's own would go by its own clock.
            LifetimeValidator = (begin, end, _, _) =>
                end > clock.GetUtcNow() - agreed.Value.ClockSkew
                && !(begin > clock.GetUtcNow() + agreed.Value.ClockSkew),
            RequireExpirationTime = true,
            RequireSignedTokens = true,
            // The key that the token names, or none.
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
                else if (AccessTokenForm.TryRead(
                    authorization, clock.GetUtcNow() + TokenVerificationOptions.LongestTokenLife, out var token))
                    context.Token = token;
                else
                    context.Fail("The token does not have the form of ours.");

                return Task.CompletedTask;
            },
            // Whatever verification stumbles over, the request goes on as one that nobody has signed.
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
                    return Problem.Unavailable("Who you are can't be checked right now.", WhenKeysAreUnknown)
                        .ExecuteAsync(context.HttpContext);
                }

                if (context.AuthenticateFailure is { } reason)
                    refusals.Note(reason);

                // That the token is refused, as RFC 6750 wants it told; the reason helps only an attacker.
                context.Error = context.AuthenticateFailure is null ? null : "invalid_token";
                context.ErrorDescription = null;
                return Task.CompletedTask;
            },
        };
    }
}
