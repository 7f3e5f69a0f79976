using System.Collections.Concurrent;
using System.Security.Claims;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Shop.Gateway;

namespace Shop.Tests.Security;

/// <summary>
/// The real gateway in this process, before a server that notes what reaches it: so that a test can say what does not.
/// </summary>
internal sealed class GatewayHost : IAsyncDisposable
{
    private const string Issuer = "https://shop.example";
    private static readonly RsaSecurityKey Key = new(RSA.Create(2048)) { KeyId = "edge" };

    private readonly WebApplication _gateway;
    private readonly LocalServer _services;

    private GatewayHost(WebApplication gateway, LocalServer services, ConcurrentQueue<Seen> seen)
    {
        (_gateway, _services, Behind) = (gateway, services, seen);
#pragma warning disable RS0030 // The gateway's factory would add its retries and its discovery.
        Http = new(
            new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false, ActivityHeadersPropagator = null })
        {
            BaseAddress = new(gateway.Urls.Single()),
        };
#pragma warning restore RS0030
    }

    /// <summary>A request as a service got it.</summary>
    public sealed record Seen(string Method, string Target, IReadOnlyDictionary<string, string> Headers, string Body);

    /// <summary>Every request that came through, but for those for keys.</summary>
    public ConcurrentQueue<Seen> Behind { get; }

    public HttpClient Http { get; }

    public int Port => Http.BaseAddress!.Port;

    /// <param name="settings">Of the gateway, as <c>Name:Of:It=value</c>, on top of those for production.</param>
    public static Task<GatewayHost> StartAsync(params string[] settings) =>
        StartAsync(Environments.Production, settings);

    public static async Task<GatewayHost> StartAsync(string environment, string[] settings)
    {
        var seen = new ConcurrentQueue<Seen>();
        var services = await LocalServer.Start(app => app.Run(context => AnswerAsync(context, seen)));
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            ApplicationName = "Shop.Gateway",
            ContentRootPath = Path.Combine(Repository.Root, "Shop.Gateway"),
            EnvironmentName = environment,
        });
        builder.Configuration.AddInMemoryCollection(((string[])["users", "orders", "payments", "shipping"])
            .Select(
                service => KeyValuePair.Create($"services:{service}:http:0", (string?)services.Address.ToString())));
        builder.Configuration.AddInMemoryCollection(settings.Select(setting => setting.Split('=', 2))
            .Select(parts => KeyValuePair.Create(parts[0], (string?)parts[1])));
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.AddServiceDefaults();
        builder.AddGatewayPipeline();
        builder.AddGateway();
        var gateway = builder.Build();
        gateway.UseServiceDefaults(GatewayPipeline.Use);
        gateway.MapDefaultEndpoints();
        gateway.MapGateway();
        await gateway.StartAsync(TestContext.Current.CancellationToken);
        return new(gateway, services, seen);
    }

    /// <summary>As Users would sign it.</summary>
    public static string TokenOf(Guid user, string role = "customer")
    {
        var now = TimeProvider.System.GetUtcNow().UtcDateTime;
        return new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(
            new SecurityTokenDescriptor
            {
                TokenType = "at+jwt",
                Issuer = Issuer,
                Audience = "shop",
                IssuedAt = now,
                Expires = now.AddMinutes(10),
                SigningCredentials = new(Key, SecurityAlgorithms.RsaSha256),
                Subject = new ClaimsIdentity(
                [
                    new("sub", user.ToString()), new("role", role), new("sid", Guid.CreateVersion7().ToString()),
                    new("jti", Guid.CreateVersion7().ToString()),
                ]),
            });
    }

    public async Task<HttpResponseMessage> SendAsync(
        HttpMethod method, string path, string? token = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path);
        if (token is not null)
            request.Headers.Authorization = new("Bearer", token);

        foreach (var (name, value) in headers)
            Assert.True(request.Headers.TryAddWithoutValidation(name, value));

        if (method == HttpMethod.Post || method == HttpMethod.Put)
            request.Content = new StringContent("{}", null, "application/json");

        return await Http.SendAsync(request, TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _gateway.DisposeAsync();
        await _services.DisposeAsync();
    }

    private static async Task AnswerAsync(HttpContext context, ConcurrentQueue<Seen> seen)
    {
        switch (context.Request.Path.Value)
        {
            case "/.well-known/openid-configuration":
                await context.Response.WriteAsJsonAsync(
                    new { issuer = Issuer, jwks_uri = $"{Issuer}/.well-known/jwks.json" });
                return;
            case "/.well-known/jwks.json":
                var key = JsonWebKeyConverter.ConvertFromRSASecurityKey(
                    new(Key.Rsa.ExportParameters(false)) { KeyId = Key.KeyId });
                await context.Response.WriteAsJsonAsync(
                    new
                    {
                        keys = new[]
                        {
                            new { kty = key.Kty, use = "sig", alg = "RS256", kid = key.Kid, n = key.N, e = key.E },
                        },
                    });
                return;
        }

        using var reader = new StreamReader(context.Request.Body);
        var body = await reader.ReadToEndAsync();
        seen.Enqueue(new(
            context.Request.Method,
            context.Features.Get<IHttpRequestFeature>()!.RawTarget,
            context.Request.Headers.ToDictionary(
                header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase),
            body));
        if (context.Request.Query["cache"] is [{ } cache])
            (context.Response.Headers.CacheControl, context.Response.Headers.ETag) = (cache, "\"1\"");

        await context.Response.WriteAsJsonAsync(new { ok = true });
    }
}
