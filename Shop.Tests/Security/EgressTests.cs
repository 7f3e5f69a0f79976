using System.Buffers.Text;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Shop.Tests.Distributed;

namespace Shop.Tests.Security;

/// <summary>
/// Nobody gets the shop to call an address of their choice: a listener on this machine waits for it in vain.
/// </summary>
[Trait("Checklist", "E")]
[Collection(nameof(SharedShop))]
public sealed class EgressTests(SharedShop shop)
{
    [Fact]
    public async Task No_address_that_a_caller_names_is_ever_called()
    {
        using var canary = new Canary();
        var customer = await shop.NewCustomerAsync();
        var product = (Guid)(await customer.PlentifulProductAsync())["id"]!;

        foreach (var address in Spellings(canary.Port))
        {
            await InATokenAsync(address);
            await InTextAsync(customer, product, address);
            await InAQueryAsync(customer.Http, address);
        }

        await InAHostAsync(canary.Port);
        // The worst that may still be on its way is a background fetch of keys; it would be there by now.
        await customer.GetAsync("/api/orders");
        Assert.Equal(0, canary.Calls);

        // And the canary does sing.
        using var control = await RawHttp.ConnectAsync(canary.Port);
        await Eventually.Equals(1, () => Task.FromResult(canary.Calls));
    }

    private static string[] Spellings(int port) =>
    [
        $"http://127.0.0.1:{port}/x", $"http://localhost:{port}/x", $"http://localhost.:{port}/x",
        $"http://127.1:{port}/x", $"http://0x7f000001:{port}/x",
        $"http://2130706433:{port}/x", $"http://[::1]:{port}/x", $"http://[::ffff:127.0.0.1]:{port}/x",
        $"http://0:{port}/x", $"//127.0.0.1:{port}/x",
        $"https://shop.example@127.0.0.1:{port}/x", $"gopher://127.0.0.1:{port}/_x", $"ftp://127.0.0.1:{port}/x",
        "file:///etc/passwd",
    ];

    private async Task InATokenAsync(string address)
    {
        foreach (var header in new[] { "jku", "x5u", "x5c", "jwk", "iss" })
        {
            foreach (var resource in new[] { "gateway", "orders" })
            {
                using var http = Aspire.Hosting.Testing.DistributedApplicationHostingTestingExtensions.CreateHttpClient(
                    shop.App, resource, "http");
                http.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", $"Bearer {Token(header, address)}");
                using var answer = await http.GetAsync(
                    new Uri("/api/orders", UriKind.Relative), TestContext.Current.CancellationToken);
                Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
            }
        }
    }

    private static async Task InTextAsync(Customer customer, Guid product, string address)
    {
        var order = Customer.OrderOf(product);
        foreach (var field in new[] { "name", "line1", "line2", "city" })
            order["shipTo"]![field] = address;

        await AnsweredAsync(await customer.PostOrderAsync(order, Customer.NewKey()));
        var token = Customer.OrderOf(product, token: address);
        token["callbackUrl"] = address;
        await AnsweredAsync(await customer.PostOrderAsync(token, Customer.NewKey()));
        await AnsweredAsync(
            await customer.Http.PostAsJsonAsync(
                "/api/users",
                new { email = $"{Guid.CreateVersion7():N}@customers.example", password = "short", name = address }));
        await AnsweredAsync(await customer.Http.PostAsJsonAsync("/api/shipping/quotes", new { country = address }));
    }

    private static async Task InAQueryAsync(HttpClient http, string address)
    {
        var value = Uri.EscapeDataString(address);
        foreach (var path in new[]
        {
            $"/api/products?search={value}",
            $"/api/products?url={value}&redirect={value}&next={value}&callback={value}",
            $"/{value}",
            $"/api/products/{value}",
        })
        {
            var answer = await http.GetAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);
            Assert.False(answer.Headers.Location is not null || (int)answer.StatusCode is >= 300 and < 400, path);
            await AnsweredAsync(answer);
        }
    }

    private async Task InAHostAsync(int canary)
    {
        foreach (var head in new[]
        {
            $"GET / HTTP/1.1\r\nHost: 127.0.0.1:{canary}",
            $"GET http://127.0.0.1:{canary}/api/products HTTP/1.1\r\nHost: 127.0.0.1:{canary}",
            $"GET /.well-known/openid-configuration HTTP/1.1\r\nHost: localhost:{canary}\r\nX-Forwarded-Host: 127.0.0.1:{canary}",
            $"CONNECT 127.0.0.1:{canary} HTTP/1.1\r\nHost: 127.0.0.1:{canary}",
            $"GET /@127.0.0.1:{canary}/ HTTP/1.1\r\nHost: localhost",
            $"GET /api/products HTTP/1.1\r\nHost: localhost\r\nForwarded: host=127.0.0.1:{canary}\r\nProxy: http://127.0.0.1:{canary}\r\nReferer: http://127.0.0.1:{canary}/\r\nOrigin: http://127.0.0.1:{canary}",
        })
        {
            var answer = await RawHttp.SendAsync(shop.PortOf("gateway"), $"{head}\r\nConnection: close\r\n\r\n");
            Assert.True(answer.Status is > 0 and < 500, answer.ToString());
            Assert.DoesNotContain($":{canary}", answer.Text, StringComparison.Ordinal);
        }
    }

    private static async Task AnsweredAsync(HttpResponseMessage answer) =>
        Assert.True(
            (int)answer.StatusCode < 500,
            $"{answer.RequestMessage?.RequestUri}: {answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");

    private static string Token(string member, string address)
    {
        object value = member switch
        {
            "x5c" => new[] { address },
            "jwk" => new { kty = "RSA", e = "AQAB", n = "AQAB", x5u = address },
            _ => address,
        };
        var header = new Dictionary<string, object>
        {
            ["alg"] = "RS256",
            ["typ"] = "at+jwt",
            ["kid"] = address,
            [member] = value,
        };
        var payload = new
        {
            iss = member == "iss" ? address : "https://shop.example",
            aud = "shop",
            sub = Guid.CreateVersion7(),
            exp = 4_000_000_000,
        };
        return $"{Part(header)}.{Part(payload)}.{Base64Url.EncodeToString(new byte[256])}";
    }

    private static string Part(object value) =>
        Base64Url.EncodeToString(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(value)));

    /// <summary>Counts who connects.</summary>
    private sealed class Canary : IDisposable
    {
        private readonly TcpListener _listener = TcpListener.Create(0);
        private int _calls;

        public Canary()
        {
            _listener.Start();
            _ = ListenAsync();
        }

        public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

        public int Calls => Volatile.Read(ref _calls);

        public void Dispose() => _listener.Dispose();

        private async Task ListenAsync()
        {
            try
            {
                while (true)
                {
                    using var caller = await _listener.AcceptSocketAsync();
                    Interlocked.Increment(ref _calls);
                }
            }
            catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
            {
                // Disposed of.
            }
        }
    }
}
