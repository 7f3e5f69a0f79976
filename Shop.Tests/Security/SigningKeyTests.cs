using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Aspire.Hosting.Testing;
using Shop.Tests.Distributed;

namespace Shop.Tests.Security;

[Collection(nameof(ShopOfShortKeys))]
public class SigningKeyTests(ShopOfShortKeys shop)
{
    private static readonly TimeSpan TooLong = TimeSpan.FromSeconds(40);

    [Fact]
    [Trait("Checklist", "J18")]
    [Trait("Fault", "F41")]
    public async Task Rotation_fails_no_valid_request()
    {
        var operators = await shop.OperatorAsync();
        using var over = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var load = new Load(shop);
        var working = load.RunAsync(workers: 3, over.Token);
        var first = await Eventually.Is(() => Task.FromResult(load.SignedBy), seen => seen.Count > 0, what: "Tokens");

        var rotation = await Customer.Read(
            await operators.SendAsync(HttpMethod.Post, "/api/users/signing-keys/rotation"), HttpStatusCode.Accepted);
        var second = (string)rotation["id"]!;
        // Published at once on the replica that made it, on all a moment later.
        await Eventually.Is(KeySetAsync, keys => keys.Contains(second), what: "The new key's publication");
        Assert.DoesNotContain(second, load.SignedBy);
        await Eventually.Is(
            () => Task.FromResult(load.SignedBy),
            seen => seen.Contains(second),
            within: TooLong,
            what: "The first token of the new key");
        Assert.True(TokenForge.Now >= (DateTimeOffset)rotation["activeFrom"]!, "It signed before its time.");

        await Eventually.Is(
            () => Task.FromResult(load.SignedBy),
            seen => seen.Except(first).Except([second]).Any(),
            within: TooLong,
            what: "The first token of a key made on schedule");
        foreach (var old in first)
        {
            await Eventually.Is(
                KeySetAsync, keys => !keys.Contains(old), within: TooLong, what: "The end of the old key");
            await Eventually.Equals(
                0,
                () =>
                    shop.ScalarAsync<int>(
                        "usersdb", "SELECT length(private_key) FROM users.signing_keys WHERE id = $1", old),
                what: "Its private part");
        }

        await over.CancelAsync();
        await working;
        TestContext.Current.SendDiagnosticMessage(
            $"{load.Requests} requests with valid tokens of {load.SignedBy.Count} keys, {load.Forgeries} with forged "
                + $"ones.");
        Assert.Empty(load.Failures);
        Assert.True(load.Requests > 200, $"Only {load.Requests} requests were made.");
    }

    [Fact]
    [Trait("Checklist", "J19")]
    public async Task Published_keys_have_no_private_member_and_are_cacheable()
    {
        var answer = await shop.Anonymous().Http
            .GetAsync(new Uri("/.well-known/jwks.json", UriKind.Relative), TestContext.Current.CancellationToken);
        var keys = (await Customer.Read(answer, HttpStatusCode.OK))["keys"]!.AsArray();

        Assert.Equal("public, max-age=0", answer.Headers.CacheControl!.ToString());
        Assert.NotEmpty(keys);
        Assert.All(keys, key =>
        {
            Assert.Equal(["alg", "e", "kid", "kty", "n", "use"], key!.AsObject().Select(member => member.Key).Order());
            Assert.Equal(
                ("RS256", "AQAB", "RSA", "sig"),
                ((string)key["alg"]!, (string)key["e"]!, (string)key["kty"]!, (string)key["use"]!));
            Assert.True(System.Buffers.Text.Base64Url.DecodeFromChars((string)key["n"]!).Length >= 256);
        });
    }

    [Fact]
    [Trait("Checklist", "H3")]
    public async Task Discovery_uses_the_issuer_and_not_the_host_header()
    {
        foreach (var service in (string[])["gateway", "users"])
        {
            using var http = shop.App.CreateHttpClient(service, "http");
            using var request = new HttpRequestMessage(HttpMethod.Get, "/.well-known/openid-configuration");
            request.Headers.Add("X-Forwarded-Host", "evil.example");
            // The gateway does not even answer for another host.
            if (service != "gateway")
                request.Headers.Host = "evil.example";

            var document = await Customer.Read(
                await http.SendAsync(request, TestContext.Current.CancellationToken), HttpStatusCode.OK);

            Assert.Equal("https://shop.example", (string)document["issuer"]!);
            Assert.Equal("https://shop.example/.well-known/jwks.json", (string)document["jwks_uri"]!);
        }
    }

    [Fact]
    [Trait("Checklist", "X")]
    public async Task Only_operators_can_list_signing_keys()
    {
        var customer = (await shop.NewCustomerAsync()).Http;
        var anonymous = shop.Anonymous().Http;
        foreach (var (method, path) in ((HttpMethod, string)[])[
            (HttpMethod.Get, "/api/users/signing-keys"),
            (HttpMethod.Post, "/api/users/signing-keys/rotation"),
        ])
        {
            Assert.Equal(HttpStatusCode.Forbidden, (await customer.SendAsync(method, path)).StatusCode);
            Assert.Equal(HttpStatusCode.Unauthorized, (await anonymous.SendAsync(method, path)).StatusCode);
        }

        var list = await Customer.Read(
            await (await shop.OperatorAsync()).SendAsync(HttpMethod.Get, "/api/users/signing-keys"), HttpStatusCode.OK);

        Assert.NotEmpty(list["items"]!.AsArray());
        Assert.All(
            list["items"]!.AsArray(),
            key =>
                Assert.Equal(
                    ["activeFrom", "createdAt", "id", "retiredAt"],
                    key!.AsObject().Select(member => member.Key).Order()));
    }

    [Fact]
    public async Task Parallel_rotations_create_one_key()
    {
        var operators = await shop.OperatorAsync();

        var answers = await Task.WhenAll(
            Enumerable.Range(0, 8)
                .Select(_ => operators.SendAsync(HttpMethod.Post, "/api/users/signing-keys/rotation")));
        var keys = await Task.WhenAll(answers.Select(answer => Customer.Read(answer, HttpStatusCode.Accepted)));

        Assert.Single(keys.Select(key => (string)key["id"]!).Distinct());
        // Nor have the two replicas, each looking after the keys on its own, ever made two for one turn.
        Assert.Equal(0, await shop.ScalarAsync<long>("usersdb", """
            SELECT count(*) FROM (
                SELECT active_from - lag(active_from) OVER (ORDER BY active_from) AS gap
                    FROM users.signing_keys WHERE active_from > '2021-01-01Z'
            ) AS turns WHERE gap < interval '3 seconds'
            """));
    }

    [Fact]
    [Trait("Checklist", "X")]
    public async Task Private_keys_are_encrypted_in_the_database()
    {
        var readable = await shop.RowsAsync(
            "usersdb",
            "SELECT private_key FROM users.signing_keys WHERE length(private_key) > 0",
            row => Encoding.Latin1.GetString(row.GetFieldValue<byte[]>(0)));

        Assert.NotEmpty(readable);
        // The object identifier of RSA keys stands near the start of every PKCS #8.
        Assert.DoesNotContain(
            readable, key => key.Contains("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01", StringComparison.Ordinal));
    }

    private async Task<string[]> KeySetAsync() =>
        [
            .. (await shop.Anonymous().GetAsync("/.well-known/jwks.json"))["keys"]!.AsArray()
                .Select(key => (string)key!["kid"]!),
        ];

    /// <summary>
    /// Customers who use each token to its very end, next to somebody who sends made-up key ids all the time.
    /// </summary>
    private sealed class Load(RunningShop shop)
    {
        private static readonly string[] Paths =
        [
            "/api/users/me",
            "/api/orders",
            $"/api/payments/{Guid.CreateVersion7()}",
            $"/api/shipping/shipments/{Guid.CreateVersion7()}",
        ];

        // Verifiers honour a token for a second longer than it says, so a machine that stalls has a second and a half.
        private static readonly TimeSpan Unused = TimeSpan.FromSeconds(0.5);

        private readonly ConcurrentDictionary<string, bool> _signedBy = new();
        private int _requests;
        private int _forgeries;

        public ConcurrentQueue<string> Failures { get; } = new();

        public int Requests => _requests;

        public int Forgeries => _forgeries;

        public IReadOnlyCollection<string> SignedBy => [.. _signedBy.Keys];

        public Task RunAsync(int workers, CancellationToken over) =>
            Task.WhenAll([.. Enumerable.Range(0, workers).Select(_ => UseAsync(over)), ForgeAsync(over)]);

        private async Task UseAsync(CancellationToken over)
        {
            var http = shop.Anonymous().Http;
            var email = $"{Guid.CreateVersion7():N}@customers.example";
            await Customer.Read(
                await http.SendAsync(
                    HttpMethod.Post, "/api/users", new { email, password = "a long walk on the beach", name = "Ada" }),
                HttpStatusCode.Created);
            var session = await Customer.Read(
                await http.SendAsync(
                    HttpMethod.Post, "/api/users/session", new { email, password = "a long walk on the beach" }),
                HttpStatusCode.OK);
            while (!over.IsCancellationRequested)
            {
                var token = (string)session["accessToken"]!;
                _signedBy.TryAdd((string)PartOf(token, 0)["kid"]!, true);
                var end = DateTimeOffset.FromUnixTimeSeconds((long)PartOf(token, 1)["exp"]!);
                while (TokenForge.Now < end - Unused && !over.IsCancellationRequested)
                {
                    var path = Paths[Interlocked.Increment(ref _requests) % Paths.Length];
                    using var request = new HttpRequestMessage(HttpMethod.Get, path)
                    {
                        Headers = { Authorization = new AuthenticationHeaderValue("Bearer", token) },
                    };
                    using var answer = await http.SendAsync(request, CancellationToken.None);
                    if (answer.StatusCode is not (HttpStatusCode.OK or HttpStatusCode.NotFound))
                        Failures.Enqueue(
                            $"{path}: {(int)answer.StatusCode} {end - TokenForge.Now} before the token's end");

                    await Task.Delay(20, CancellationToken.None);
                }

                session = await Customer.Read(
                    await http.SendAsync(
                        HttpMethod.Post,
                        "/api/users/session/refresh",
                        new { refreshToken = (string)session["refreshToken"]! }),
                    HttpStatusCode.OK);
            }
        }

        private static JsonNode PartOf(string token, int number) =>
            JsonNode.Parse(System.Buffers.Text.Base64Url.DecodeFromChars(token.Split('.')[number]))!;

        private async Task ForgeAsync(CancellationToken over)
        {
            var verifiers = TokenVerifier.Of(shop);
            while (!over.IsCancellationRequested)
            {
                using var forge = new TokenForge();
                foreach (var verifier in verifiers)
                {
                    Interlocked.Increment(ref _forgeries);
                    if ((await verifier.SendAsync($"Bearer {forge.Valid(Guid.CreateVersion7())}")).Status != 401)
                        Failures.Enqueue($"A forged token was accepted at {verifier}");
                }

                await Task.Delay(100, CancellationToken.None);
            }
        }
    }
}
