using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using Aspire.Hosting.Testing;
using Shop.Tests.Security;

namespace Shop.Tests.Distributed;

/// <summary>
/// Traces and logs are there to be read by people: one purchase is one trace, and nothing else is in the way.
/// </summary>
[Collection(nameof(SharedShop))]
public sealed partial class TelemetryTests(SharedShop shop) : IDisposable
{
    private const int LinesOfAStart = 30;
    private static readonly string[] Services = AttackedShop.Services;
    private static readonly string[] Troubles = ["warn:", "fail:", "crit:"];

    [Fact]
    public async Task One_purchase_is_one_trace_from_the_gateway_to_the_delivered_parcel()
    {
        var customer = await shop.NewCustomerAsync();
        var product = (Guid)(await customer.PlentifulProductAsync())["id"]!;
        shop.Telemetry.IsRecording = true;

        var order = await customer.OrderAsync(Customer.OrderOf(product));
        await Eventually.Equals("Delivered", () => customer.StatusOfAsync(order), what: "The order's delivery");

        // Each service sends its spans when it likes, so the trace is complete only after a while.
        (string, string)[] steps =
        [
            ("gateway", "POST /api/orders/{**rest}"), ("orders", "POST /api/orders/"),
            ("orders", "send payment-requested"),
            ("payments", "process payment-requested"), ("payments", "bank charge"),
            ("payments", "send payment-captured"),
            ("orders", "process payment-captured"), ("orders", "send shipment-requested"),
            ("shipping", "process shipment-requested"), ("shipping", "parcel Delivered"),
            ("shipping", "send shipment-delivered"), ("orders", "process shipment-delivered"),
        ];
        var trace = Trace("POST /api/orders");
        await Eventually.Is(
            () => Task.FromResult(string.Join(", ", steps.Except(Names(trace = Trace("POST /api/orders"))))),
            missing => missing.Length == 0,
            what: "The trace of the purchase, with all its steps,");
        Assert.Equal("gateway", Assert.Single(trace, span => span.IsRoot).Service);

        // Every span hangs on another one of this trace.
        await Eventually.Is(
            () => Task.FromResult(Orphans(Trace("POST /api/orders"))),
            orphans => orphans.Length == 0,
            what: "No orphan");
    }

    [Fact]
    public async Task Work_that_finds_nothing_to_do_makes_no_trace()
    {
        shop.Telemetry.IsRecording = true;

        // What earlier tests have set in motion comes to its end first.
        await Eventually.Is(
            async () =>
            {
                shop.Telemetry.Clear();
                await QuietAsync(TimeSpan.FromSeconds(10));
                return Roots();
            },
            roots => roots.Count == 0, within: TimeSpan.FromSeconds(60), what: "Ten seconds without a trace");

        // That it would have been seen; one that a busy machine sends too late is dropped.
        await Eventually.Is(
            async () =>
            {
                await shop.Anonymous().GetAsync("/api/products");
                return Roots();
            },
            roots => roots.Count > 0, what: "The trace of a request");
    }

    /// <summary>A visit asks for a score of files, and what it does is between them.</summary>
    [Fact]
    public async Task The_files_of_a_page_make_no_trace()
    {
        shop.Telemetry.IsRecording = true;
        using var browser = shop.NewClient();
        var page = await browser.GetStringAsync(
            new Uri("/", UriKind.Relative), TestContext.Current.CancellationToken);
        var files = AssetAddress().Matches(page).Select(address => address.Value).Distinct().ToArray();
        Assert.NotEmpty(files);

        foreach (var file in files)
        {
            using var answer = await browser.GetAsync(
                new Uri(file, UriKind.Relative), TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }

        // The gateway sends its spans in the order in which they end.
        await shop.Anonymous().GetAsync("/api/products");
        await Eventually.Is(
            () => Task.FromResult(Roots()),
            roots => roots.Exists(span => span.Name.StartsWith("GET /api/products", StringComparison.Ordinal)),
            what: "The trace after them");
        Assert.DoesNotContain(Roots(), span => span.Name.Contains("/assets", StringComparison.Ordinal));
    }

    [Fact]
    public void A_healthy_start_is_short_and_without_a_warning()
    {
        foreach (var service in Services)
        {
            var lines = shop.Start.Where(line => line.Resource == service).Select(line => line.Line).ToArray();
            Assert.NotEmpty(lines);
            Assert.True(lines.Length < LinesOfAStart, $"{service}: {lines.Length} lines\n{string.Join('\n', lines)}");
            Assert.DoesNotContain(
                lines, line => Troubles.Any(trouble => line.Contains(trouble, StringComparison.Ordinal)));
        }

        // No service asks its database for what is not there. (That it is still starting, Postgres calls FATAL.)
        Assert.DoesNotContain(
            shop.Start, line => line.Resource == "postgres" && line.Line.Contains("ERROR:", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_order_is_one_line_at_each_service_that_has_a_part_in_it()
    {
        var customer = await shop.NewCustomerAsync();
        var order = await customer.OrderAsync(Customer.OrderOf((Guid)(await customer.PlentifulProductAsync())["id"]!));
        await Eventually.Equals("Delivered", () => customer.StatusOfAsync(order), what: "The order's delivery");

        await Eventually.Is(
            async () =>
                (await shop.ConsolesAsync()).Where(line => line.Line.Contains($"{order}", StringComparison.Ordinal))
                    .Select(line => line.Resource).Order().ToArray(),
            seen => seen is ["orders", "payments", "shipping"], what: "One line each");
    }

    [Fact]
    public async Task A_client_that_hangs_up_leaves_no_warning()
    {
        const int Times = 10;
        var gateway = shop.App.GetEndpoint("gateway", "http").Port;
        var before = await WarningsOfTheGatewayAsync();
        shop.Telemetry.IsRecording = true;

        for (var time = 0; time < Times; time++)
        {
            using var client = await RawHttp.ConnectAsync(gateway);
            await client.SendAsync(Encoding.ASCII.GetBytes(
                "POST /api/users/session HTTP/1.1\r\nHost: localhost\r\n"
                + "Content-Type: application/json\r\nContent-Length: 60\r\n\r\n{"));
            client.Shutdown(SocketShutdown.Both);
        }

        await Eventually.Is(
            () => Task.FromResult(Roots().Count(span => span.Name.Contains("session", StringComparison.Ordinal))),
            count => count >= Times, what: "The requests' ends");
        Assert.Equal(before, await WarningsOfTheGatewayAsync());
    }

    public void Dispose()
    {
        shop.Telemetry.IsRecording = false;
        shop.Telemetry.Clear();
    }

    private async Task<string[]> WarningsOfTheGatewayAsync() =>
    [
        .. from line in await shop.ConsolesAsync()
           where line.Resource == "gateway" && line.Line.Contains(" warn: ", StringComparison.Ordinal)
           select line.Line,
    ];

    // The only way to see that nothing happens is to look for a while.
    private static async Task QuietAsync(TimeSpan time)
    {
        using var timer = new PeriodicTimer(time);
        await timer.WaitForNextTickAsync(TestContext.Current.CancellationToken);
    }

    private static string Orphans(List<OtlpSpan> trace)
    {
        var ids = trace.Select(span => span.SpanId).ToHashSet();
        return string.Join(", ", trace.Where(span => !span.IsRoot && !ids.Contains(span.ParentId)));
    }

    private static IEnumerable<(string Service, string Name)> Names(IEnumerable<OtlpSpan> spans) =>
        spans.Select(span => (span.Service, span.Name));

    private List<OtlpSpan> Roots() => [.. shop.Telemetry.Spans().Where(span => span.IsRoot)];

    private List<OtlpSpan> Trace(string beginning)
    {
        var spans = shop.Telemetry.Spans();
        var root = spans.SingleOrDefault(
            span => span.IsRoot && span.Name.StartsWith(beginning, StringComparison.Ordinal));
        return [.. spans.Where(span => span.TraceId == root?.TraceId)];
    }

    [GeneratedRegex("/assets/[^\"]+")]
    private static partial Regex AssetAddress();
}
