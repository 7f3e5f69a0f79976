using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.Extensions.Options;
using Shop.Data;
using Shop.Messaging;
using Shop.ServiceDefaults;
using Shop.Users.Addresses;
using Shop.Users.Keys;
using Shop.Users.Operators;
using Shop.Users.Sessions;

namespace Shop.Users;

/// <summary>
/// Accounts, sessions and the keys that sign access tokens: every route and every background task of the service.
/// </summary>
public static class UsersModule
{
    /// <summary>Adds what the module needs to the host.</summary>
    public static IHostApplicationBuilder AddUsers(this IHostApplicationBuilder builder)
    {
        builder.AddDatabase<UsersDb>("usersdb", seed: FirstStart.Prepare);
        builder.AddMessaging<UsersDb>("users");

        builder.Services.AddSingleton<UsersMetrics>();
        builder.AddValidatedOptions<PasswordHashingOptions>(PasswordHashingOptions.Section).Validate(
            options => options.IsSafe(builder.Environment),
            "Users:Passwords: HashIterations is at least "
            + $"{PasswordHashingOptions.RecommendedIterations} outside Development.");
        builder.Services.AddSingleton<PasswordHashing>();
        builder.Services.AddSingleton<KeyProtection>();
        builder.Services.AddSingleton<IValidateOptions<SigningKeyOptions>, SigningKeySchedule>();
        builder.AddValidatedOptions<SigningKeyOptions>(SigningKeyOptions.Section);
        builder.Services.AddSingleton<SigningKeyMetrics>();
        builder.Services.AddSingleton<SigningKeyRotation>();
        builder.Services.AddSingleton<SigningKeyRing>();
        builder.Services.AddHostedService<SigningKeyRotationWorker>();
        builder.Services.AddSingleton<AccessTokens>();
        builder.Services.AddSingleton<RefreshTokens>();
        builder.Services.AddScoped<Reauthentication>();
        builder.Services.AddSingleton<IServiceCommand, FirstOperator>();
        builder.AddValidatedOptions<IpThrottleOptions>("Users:SignIn");
        builder.Services.AddHostedService<Housekeeping>();
        // After ServiceDefaults: replaces the HTTP client for the keys, because they are in this process.
        builder.Services.AddSingleton<IPostConfigureOptions<JwtBearerOptions>, LocalSigningKeys>();
        builder.Services.AddSingleton<IPostConfigureOptions<JwtBearerOptions>, SessionValidation>();
        return builder;
    }

    /// <summary>Maps the module's routes. A route that is not marked anonymous needs a valid token.</summary>
    public static IEndpointRouteBuilder MapUsers(this IEndpointRouteBuilder app)
    {
        var users = app.MapGroup("/api/users").WithTags("Users");
        users.MapPost("", RegisterAccount.Handle).AllowAnonymous().WithSummary("Register");

        var me = users.MapGroup("/me").RequireAuthorization(Policies.Customer);
        me.MapGet("", GetMe.Handle).WithSummary("Your account, with an ETag");
        me.MapPatch("", ChangeProfile.Handle).WithSummary("Change your profile, as If-Match names it");
        me.MapDelete("", DeleteAccount.Handle).WithSummary("Delete your account and all that is personal");
        me.MapPut("/password", ChangePassword.Handle).WithSummary("Change your password; your other sessions end");
        me.MapGet("/addresses", ReadAddresses.List).WithSummary("Your addresses");
        me.MapPost("/addresses", AddAddress.Handle).WithSummary("Add an address");
        me.MapGet("/addresses/{id:guid}", ReadAddresses.One).WithSummary("One of your addresses, with an ETag");
        me.MapPut("/addresses/{id:guid}", ChangeAddress.Handle).WithSummary("Replace the address that If-Match names");
        me.MapDelete("/addresses/{id:guid}", RemoveAddress.Handle).WithSummary("Remove an address");

        var accounts = users.MapGroup("").RequireAuthorization(Policies.Operator);
        accounts.MapGet("", FindAccounts.List).WithSummary("Accounts, page by page, the newest first");
        accounts.MapGet("/{id:guid}", FindAccounts.One).WithSummary("One account");
        accounts.MapPost("/{id:guid}/lock", LockAccount.Lock).WithSummary("End somebody's sessions and keep them out");
        accounts.MapPost("/{id:guid}/unlock", LockAccount.Unlock).WithSummary("Let somebody sign in again");
        accounts.MapPut("/{id:guid}/role", AppointAccount.Handle)
            .WithSummary("Make somebody an operator, or a customer");

        // Anonymous, because the credentials are in the body or the cookie. Answers contain tokens, so they are not
        // cached.
        var session = app.MapGroup(BrowserSession.Path).WithTags("Session").AllowAnonymous().NoStore().GuardCookies();
        session.MapPost("", SignIn.Handle).WithSummary("Sign in");
        session.MapPost("/refresh", RefreshSession.Handle).WithSummary("Exchange a refresh token for new tokens");
        session.MapDelete("", SignOut.Handle).WithSummary("Sign out");

        var keys = users.MapGroup("/signing-keys").WithTags("Keys").RequireAuthorization(Policies.Operator);
        keys.MapGet("", ListSigningKeys.Handle).WithSummary("The signing keys and their times");
        keys.MapPost("/rotation", RotateSigningKey.Handle).WithSummary("Publish a new signing key");

        var wellKnown = app.MapGroup("/.well-known").WithTags("Keys").AllowAnonymous();
        wellKnown.MapGet("/openid-configuration", Discovery.Configuration)
            .WithSummary("Who issues tokens, and where the keys are");
        wellKnown.MapGet("/jwks.json", Discovery.Keys).WithSummary("The public keys");
        return app;
    }
}
