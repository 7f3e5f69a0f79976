using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.Extensions.Options;
using Shop.Messaging;
using Shop.ServiceDefaults;
using Shop.Users.Keys;
using Shop.Users.Sessions;

namespace Shop.Users;

/// <summary>Accounts, sessions and the keys that sign access tokens: every route and every background task of the service.</summary>
public static class UsersModule
{
    /// <summary>Adds what the module needs to the host.</summary>
    public static IHostApplicationBuilder AddUsers(this IHostApplicationBuilder builder)
    {
        builder.AddDatabase<UsersDb>("usersdb", seed: FirstStart.Prepare);
        builder.AddMessaging<UsersDb>("users");

        builder.Services.AddSingleton<UsersMetrics>();
        builder.Services.AddSingleton<PasswordHashing>();
        builder.Services.AddSingleton<KeyProtection>();
        builder.Services.AddSingleton<IValidateOptions<SigningKeyOptions>, SigningKeySchedule>();
        builder.Services.AddOptions<SigningKeyOptions>().BindConfiguration(SigningKeyOptions.Section).ValidateOnStart();
        builder.Services.AddSingleton<SigningKeyMetrics>();
        builder.Services.AddSingleton<SigningKeyRotation>();
        builder.Services.AddSingleton<SigningKeyRing>();
        builder.Services.AddHostedService<SigningKeyUpkeep>();
        builder.Services.AddSingleton<AccessTokens>();
        builder.Services.AddSingleton<RefreshTokens>();
        builder.Services.AddHostedService<Housekeeping>();
        // After ServiceDefaults: here the keys come from our own ring instead of a call to ourselves.
        builder.Services.AddSingleton<IPostConfigureOptions<JwtBearerOptions>, KeysFromOwnRing>();
        return builder;
    }

    /// <summary>Maps the module's routes. A route that is not marked anonymous needs a valid token.</summary>
    public static IEndpointRouteBuilder MapUsers(this IEndpointRouteBuilder app)
    {
        var users = app.MapGroup("/api/users").WithTags("Users");
        users.MapPost("", RegisterAccount.Handle).AllowAnonymous().WithSummary("Register");
        users.MapGet("/me", GetMe.Handle).RequireAuthorization(Policies.Customer).WithSummary("Your account");

        // Anonymous, because each proves itself by what is in its body or cookie. Answers hold tokens: never stored on the way.
        var session = app.MapGroup(BrowserSession.Path).WithTags("Session").AllowAnonymous().NeverStored().GuardCookies();
        session.MapPost("", SignIn.Handle).WithSummary("Sign in");
        session.MapPost("/refresh", RefreshSession.Handle).WithSummary("Exchange a refresh token for new tokens");
        session.MapDelete("", SignOut.Handle).WithSummary("Sign out");

        var keys = users.MapGroup("/signing-keys").WithTags("Keys").RequireAuthorization(Policies.Operator);
        keys.MapGet("", ListSigningKeys.Handle).WithSummary("The signing keys and their times");
        keys.MapPost("/rotation", RotateSigningKey.Handle).WithSummary("Publish a new signing key");

        var wellKnown = app.MapGroup("/.well-known").WithTags("Keys").AllowAnonymous();
        wellKnown.MapGet("/openid-configuration", Discovery.Configuration).WithSummary("Who issues tokens, and where the keys are");
        wellKnown.MapGet("/jwks.json", Discovery.Keys).WithSummary("The public keys");
        return app;
    }
}
