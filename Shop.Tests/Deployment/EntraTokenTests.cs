using System.Collections.Concurrent;
using System.Net;
using Azure.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Shop.Tests.Messaging;

namespace Shop.Tests.Deployment;

/// <summary>Signing in to Postgres as an identity of the platform: the token is the password, for a while.</summary>
[Collection(nameof(Backends))]
public sealed class EntraTokenTests(Backends backends)
{
    private const string Scope = "https://ossrdbms-aad.database.windows.net/.default";

    [Fact]
    public async Task A_service_goes_on_when_its_token_has_expired()
    {
        await using var database = await DeployedDatabase.CreateAsync(backends);
        Assert.Equal(0, (await database.MigrateAsync("orders", "--grant", database.Role)).ExitCode);
        var identity = new ExpiringIdentity(DeployedDatabase.Password);
        await using var service = await DeployedService.StartAsync(
            "orders",
            database.ConnectionOf(database.Role, password: null),
            builder => builder.Services.AddSingleton<TokenCredential>(identity));
        await service.BecomesReadyAsync();
        Assert.Equal(HttpStatusCode.OK, await service.StatusAsync("/api/products"));

        // From now on the first token opens no connection any more.
        identity.Token = "the-second-token";
        await database.AsServerAsync($"ALTER ROLE {database.Role} PASSWORD '{identity.Token}'");
        await database.AsServerAsync(
            $"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '{database.Role}'");

        await Eventually.Equals(HttpStatusCode.OK, () => service.StatusAsync("/api/products"), what: "The catalogue");
        Assert.Contains("the-second-token", identity.Given);
        Assert.Equal([Scope], identity.Scopes.Distinct());
    }

    [Fact]
    public async Task A_connection_string_with_a_password_needs_no_token()
    {
        await using var database = await DeployedDatabase.CreateAsync(backends);
        var identity = new ExpiringIdentity("wrong");

        var result = await DeployedDatabase.RunAsync(
            "shipping",
            "migrate",
            [],
            database.ConnectionOf(database.Migrator),
            builder => builder.Services.AddSingleton<TokenCredential>(identity));

        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Empty(identity.Given);
    }

    /// <summary>Azure.Identity itself, against the endpoint that Container Apps give to a container.</summary>
    [Fact]
    public async Task The_program_asks_the_platform_for_a_token_of_its_own_identity()
    {
        await using var database = await DeployedDatabase.CreateAsync(backends);
        var asked = new ConcurrentQueue<string>();
        var client = Guid.CreateVersion7().ToString();
        await using var platform = await LocalServer.Start(app => app.MapGet("/msi/token", (HttpContext http) =>
        {
            var (query, secret) = (http.Request.Query, http.Request.Headers["X-IDENTITY-HEADER"]);
            asked.Enqueue($"{secret} {query["client_id"]} {query["resource"]}");
            var expires = TimeProvider.System.GetUtcNow().AddHours(24).ToUnixTimeSeconds();
            return TypedResults.Json(new Dictionary<string, string>
            {
                ["access_token"] = DeployedDatabase.Password,
                ["expires_on"] = $"{expires}",
                ["resource"] = $"{http.Request.Query["resource"]}",
                ["token_type"] = "Bearer",
                ["client_id"] = client,
            });
        }));

        var result = await ServiceProgram.Of("Shop.Shipping").RunAsync(
            ["migrate", "--grant", database.Role],
            ("ConnectionStrings__shippingdb", database.ConnectionOf(database.Migrator, password: null)),
            ("AZURE_CLIENT_ID", client),
            ("IDENTITY_ENDPOINT", platform.At("/msi/token").ToString()),
            ("IDENTITY_HEADER", "secret-of-the-container"));

        Assert.True(result.ExitCode == 0, result.Output + result.Error);
        Assert.All(asked, one => Assert.Equal(
            $"secret-of-the-container {client} https://ossrdbms-aad.database.windows.net", one));
        // The credential keeps the token: five connections or more, one question.
        Assert.Single(asked);
    }

    private sealed class ExpiringIdentity(string token) : TokenCredential
    {
        public string Token { get; set; } = token;

        public ConcurrentQueue<string> Given { get; } = new();

        public ConcurrentQueue<string> Scopes { get; } = new();

        public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken)
        {
            foreach (var scope in requestContext.Scopes)
                Scopes.Enqueue(scope);

            Given.Enqueue(Token);
            return new(Token, TimeProvider.System.GetUtcNow().AddMinutes(5));
        }

        public override ValueTask<AccessToken> GetTokenAsync(
            TokenRequestContext requestContext, CancellationToken cancellationToken) =>
            new(GetToken(requestContext, cancellationToken));
    }
}
