using System.Security.Claims;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;

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
        return new(Guid.TryParse(context.User.FindFirstValue("sub"), out var id) ? new CurrentUser(id, context.User.IsInRole(Roles.Operator)) : null);
    }
}

/// <summary>The values of the claim <c>role</c>.</summary>
public static class Roles
{
    /// <summary>Buys.</summary>
    public const string Customer = "customer";

    /// <summary>Runs the shop.</summary>
    public const string Operator = "operator";
}

/// <summary>Names of the authorization policies. A route without any still needs a valid token.</summary>
public static class Policies
{
    /// <summary>Anybody who is signed in.</summary>
    public const string Customer = "customer";

    /// <summary>Only operators.</summary>
    public const string Operator = "operator";
}

internal static class Authentication
{
    public const string DefaultIssuer = "https://shop.example";
    public const string DefaultAudience = "shop";

    /// <summary>Bearer tokens of Users: RS256 only, keys by its discovery document, everything denied by default.</summary>
    public static void AddBearerTokens(this IHostApplicationBuilder builder)
    {
        builder.Services.AddAuthentication(JwtBearerDefaults.AuthenticationScheme).AddJwtBearer(options =>
        {
            options.MapInboundClaims = false;
            options.TokenValidationParameters = new()
            {
                ValidIssuer = builder.Configuration["Authentication:Issuer"] ?? DefaultIssuer,
                ValidAudience = builder.Configuration["Authentication:Audience"] ?? DefaultAudience,
                ValidAlgorithms = [SecurityAlgorithms.RsaSha256],
                ValidTypes = ["at+jwt"],
                ClockSkew = TimeSpan.FromSeconds(10),
                RequireExpirationTime = true,
                RequireSignedTokens = true,
                NameClaimType = "sub",
                RoleClaimType = "role",
            };
            options.Events = new()
            {
                OnTokenValidated = context =>
                {
                    if (!Guid.TryParse(context.Principal?.FindFirstValue("sub"), out _))
                        context.Fail("The subject is no id.");

                    return Task.CompletedTask;
                },
                // The reason of a refusal helps only an attacker.
                OnChallenge = context =>
                {
                    context.Error = context.ErrorDescription = null;
                    return Task.CompletedTask;
                },
            };
        });
        builder.Services.AddSingleton<IPostConfigureOptions<JwtBearerOptions>, KeysOfUsers>();
        builder.Services.AddAuthorizationBuilder()
            .SetFallbackPolicy(new AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build())
            .AddPolicy(Policies.Customer, policy => policy.RequireAuthenticatedUser())
            .AddPolicy(Policies.Operator, policy => policy.RequireRole(Roles.Operator));
    }

    /// <summary>Fetches keys over the same discovered, resilient client as every other call between services.</summary>
    private sealed class KeysOfUsers(IHttpClientFactory clients) : IPostConfigureOptions<JwtBearerOptions>
    {
        public void PostConfigure(string? name, JwtBearerOptions options) =>
            options.ConfigurationManager = new ConfigurationManager<OpenIdConnectConfiguration>(
                "https+http://users/.well-known/openid-configuration",
                new OpenIdConnectConfigurationRetriever(),
                new DocumentRetriever(clients))
            {
                // An unknown key id asks Users again, but never more often than this.
                RefreshInterval = TimeSpan.FromMinutes(1),
            };
    }

    private sealed class DocumentRetriever(IHttpClientFactory clients) : IDocumentRetriever
    {
        public async Task<string> GetDocumentAsync(string address, CancellationToken cancel)
        {
            // The document names the keys by their public address; from inside they are where the document was.
            using var client = clients.CreateClient("users-keys");
            return await client.GetStringAsync(new Uri($"https+http://users{new Uri(address).AbsolutePath}"), cancel);
        }
    }
}
