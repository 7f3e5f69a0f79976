using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using Shop.ServiceDefaults;
using Shop.Tests.Messaging;
using Shop.Tests.Security;
using Shop.Users.Sessions;

namespace Shop.Tests.Deployment;

/// <summary>
/// Between a caller and Users stand an ingress, the gateway and the ingress again. The proxies are at 127.0.0.1 and are
/// trusted; callers are at other addresses of this machine.
/// </summary>
[Collection(nameof(Backends))]
[Trait("Checklist", "H4")]
public sealed class CallerAddressTests(Backends backends)
{
    private const string TrustsTheIngress = "TrustedProxies=127.0.0.1/32";

    private static readonly (string Name, string Value)[] Forged =
    [
        ("X-Forwarded-For", "203.0.113.7"), ("X-Forwarded-Proto", "http"), ("X-Forwarded-Host", "evil.example"),
        (CallerHeaders.Address, "203.0.113.8"), (CallerHeaders.Scheme, "http"), (CallerHeaders.Host, "evil.example"),
        ("X-Real-IP", "203.0.113.9"), ("Forwarded", "for=203.0.113.10"),
    ];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static TheoryData<Ingress, Ingress> Ways => new()
    {
        { Ingress.Appends, Ingress.Appends },
        { Ingress.Appends, Ingress.Overwrites },
        { Ingress.Overwrites, Ingress.Appends },
        { Ingress.Overwrites, Ingress.Overwrites },
    };

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Users_counts_wrong_passwords_for_the_caller_and_for_nobody_else(Ingress outside, Ingress inside)
    {
        await using var shop = await ShopBehindIngress.StartAsync(backends, outside, inside);

        using var caller = CallerAt("127.0.0.2", shop.Address);
        Assert.Equal(HttpStatusCode.Unauthorized, await SignInAsync(caller, "honestly@shop.example"));
        Assert.Equal(HttpStatusCode.Unauthorized, await SignInAsync(caller, "forged@shop.example", Forged));

        var expected = SignInThrottle.Of("any@shop.example", IPAddress.Parse("127.0.0.2"), new());
        Assert.Equal(Convert.ToHexString(expected.Source.Source), await FailureSourcesAsync(shop.Database));
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task A_browser_gets_its_cookie_for_the_address_that_it_used(Ingress outside, Ingress inside)
    {
        await using var shop = await ShopBehindIngress.StartAsync(backends, outside, inside);
        using var caller = CallerAt("127.0.0.2", shop.Address);
        var account = new { email = "ada@shop.example", password = "a long walk on the beach", name = "Ada" };
        using var registered = await caller.PostAsJsonAsync("/api/users", account, Cancel);
        Assert.True(registered.IsSuccessStatusCode, $"{registered.StatusCode}");

        using var signIn = new HttpRequestMessage(HttpMethod.Post, "/api/users/session");
        signIn.Content = JsonContent.Create(new { account.email, account.password });
        signIn.Headers.Add("Origin", $"https://{shop.Address.Authority}");
        signIn.Headers.Add("X-Shop-Session", "cookie");
        using var session = await caller.SendAsync(signIn, Cancel);

        Assert.Equal(HttpStatusCode.OK, session.StatusCode);
        Assert.Contains("__Secure-", Assert.Single(session.Headers.GetValues("Set-Cookie")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Ingress.Appends)]
    [InlineData(Ingress.Overwrites)]
    public async Task The_gateway_limits_a_caller_whatever_addresses_it_claims(Ingress outside)
    {
        await using var gateway = await GatewayHost.StartAsync(
            TrustsTheIngress, "RateLimits:Address:Quota=3", "RateLimits:Address:Window=00:10:00");
        await using var before = await LocalProxy.StartAsync(outside, () => gateway.Http.BaseAddress!, "https");
        using var caller = CallerAt("127.0.0.2", before.Address);
        using var neighbour = CallerAt("127.0.0.3", before.Address);

        List<HttpStatusCode> answers = [];
        for (var i = 0; i < 5; i++)
        {
            var claimed = string.Create(CultureInfo.InvariantCulture, $"203.0.113.{i}");
            answers.Add(await GetAsync(caller, ("X-Forwarded-For", claimed), (CallerHeaders.Address, claimed)));
        }

        Assert.Equal(HttpStatusCode.OK, answers[0]);
        Assert.Equal(HttpStatusCode.TooManyRequests, answers[^1]);
        Assert.Equal(HttpStatusCode.OK, await GetAsync(neighbour));
        Assert.All(gateway.Behind, seen => Assert.StartsWith("127.0.0.", seen.Headers[CallerHeaders.Address]));
    }

    [Fact]
    public async Task A_service_that_is_not_told_so_reads_nothing_of_the_gateways_headers()
    {
        await using var database = await DeployedDatabase.CreateAsync(backends);
        await using var users = await StartUsersAsync(database, TrustsTheIngress);
        await users.BecomesReadyAsync();

        await SignInAsync(users.Http, "forged@shop.example", (CallerHeaders.Address, "203.0.113.8"));

        var expected = SignInThrottle.Of("any@shop.example", IPAddress.Loopback, new());
        Assert.Equal(Convert.ToHexString(expected.Source.Source), await FailureSourcesAsync(database));
    }

    [Fact]
    public async Task A_gateway_that_believed_such_headers_does_not_start()
    {
        await Assert.ThrowsAsync<InvalidOperationException>(() => GatewayHost.StartAsync("BehindGateway=true"));
    }

    private static async Task<DeployedService> StartUsersAsync(DeployedDatabase database, params string[] settings)
    {
        Assert.Equal(0, (await database.MigrateAsync("users", "--grant", database.Role)).ExitCode);
        return await DeployedService.StartAsync("users", database.ConnectionOf(database.Role), builder =>
        {
            foreach (var parts in settings.Select(setting => setting.Split('=', 2)))
                builder.Configuration[parts[0]] = parts[1];
        });
    }

    // Whose wrong passwords Users has counted, as text.
    private static Task<object?> FailureSourcesAsync(DeployedDatabase database) => database.ExecuteAsync(
        database.Role, "SELECT string_agg(upper(encode(source, 'hex')), ' ') FROM users.source_failures");

    private static HttpClient CallerAt(string address, Uri server)
    {
#pragma warning disable RS0030 // The factory's clients choose their own address.
        return new(
            new SocketsHttpHandler
            {
                UseCookies = false,
                ConnectCallback = async (_, cancel) =>
                {
                    var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                    socket.Bind(new IPEndPoint(IPAddress.Parse(address), 0));
                    await socket.ConnectAsync(IPAddress.Loopback, server.Port, cancel);
                    return new NetworkStream(socket, ownsSocket: true);
                },
            })
        {
            BaseAddress = server,
        };
#pragma warning restore RS0030
    }

    private static async Task<HttpStatusCode> SignInAsync(
        HttpClient caller, string email, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/users/session");
        request.Content = new StringContent(
            $$"""{"email":"{{email}}","password":"a wrong password"}""", Encoding.UTF8, "application/json");
        foreach (var (name, value) in headers)
            Assert.True(request.Headers.TryAddWithoutValidation(name, value));

        using var answer = await caller.SendAsync(request, Cancel);
        return answer.StatusCode;
    }

    private static async Task<HttpStatusCode> GetAsync(
        HttpClient caller, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/products");
        foreach (var (name, value) in headers)
            Assert.True(request.Headers.TryAddWithoutValidation(name, value));

        using var answer = await caller.SendAsync(request, Cancel);
        return answer.StatusCode;
    }

    /// <summary>Users, the gateway, and the ingress before each of them.</summary>
    private sealed class ShopBehindIngress : IAsyncDisposable
    {
        private readonly Stack<IAsyncDisposable> _parts = [];

        private ShopBehindIngress(DeployedDatabase database) => Database = Kept(database);

        public DeployedDatabase Database { get; }

        /// <summary>Where callers find it.</summary>
        public Uri Address { get; private set; } = null!;

        public static async Task<ShopBehindIngress> StartAsync(Backends backends, Ingress outside, Ingress inside)
        {
            var shop = new ShopBehindIngress(await DeployedDatabase.CreateAsync(backends));
            try
            {
                await shop.StartPartsAsync(outside, inside);
                return shop;
            }
            catch
            {
                await shop.DisposeAsync();
                throw;
            }
        }

        public async ValueTask DisposeAsync()
        {
            while (_parts.TryPop(out var part))
                await part.DisposeAsync();
        }

        private async Task StartPartsAsync(Ingress outside, Ingress inside)
        {
            var users = Kept(await StartUsersAsync(Database, "BehindGateway=true", TrustsTheIngress));
            await users.BecomesReadyAsync();
            var between = Kept(await LocalProxy.StartAsync(inside, () => users.Address, "http"));
            var gateway = Kept(await GatewayHost.StartAsync(
                $"services:users:http:0={between.Address}", TrustsTheIngress));
            var before = Kept(await LocalProxy.StartAsync(outside, () => gateway.Http.BaseAddress!, "https"));
            Address = before.Address;
        }

        private T Kept<T>(T part)
            where T : IAsyncDisposable
        {
            _parts.Push(part);
            return part;
        }
    }
}
