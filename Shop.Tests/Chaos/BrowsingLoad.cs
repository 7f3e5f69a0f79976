using System.Collections.Concurrent;
using System.Diagnostics;
using Shop.Tests.Distributed;

namespace Shop.Tests.Chaos;

/// <summary>
/// Customers who look at products, orders and overviews without a pause, some by a connection that they keep, some by a
/// new one each time. They try nothing twice: what they are told counts.
/// </summary>
internal sealed class BrowsingLoad(RunningShop shop, int visitors)
{
    private readonly List<(Customer Customer, Guid Order)> _visitors = [];
    private readonly ConcurrentDictionary<string, int> _answers = new();
    private readonly ConcurrentQueue<(long At, double Milliseconds)> _times = new();
    private readonly Stopwatch _watch = Stopwatch.StartNew();
    private int _farewells;

    /// <summary>How often each status was seen; a broken connection by the name of its failure.</summary>
    public IReadOnlyDictionary<string, int> Answers => _answers;

    /// <summary>How often a visitor was asked to leave the connection.</summary>
    public int Farewells => _farewells;

    public IEnumerable<string> Failures => _answers.Keys.Where(answer => answer is not ("200" or "429"));

    public long Now => _watch.ElapsedMilliseconds;

    public async Task PrepareAsync()
    {
        for (var i = 0; i < visitors; i++)
        {
            var customer = await shop.NewCustomerAsync();
            _visitors.Add(
                (
                    customer,
                    await customer.OrderAsync(
                        Customer.OrderOf((Guid)(await customer.PlentifulProductAsync())["id"]!))));
        }
    }

    public Task RunAsync(CancellationToken end) => Task.WhenAll(_visitors.Select(async (visitor, number) =>
    {
        var order = visitor.Order;
        string[] paths =
        [
            "/api/products?limit=5", $"/api/orders/{order}", "/api/orders?limit=5", "/api/shipping/rates",
            "/api/users/me", $"/api/orders/{order}/overview",
        ];
        for (var visit = 0; !end.IsCancellationRequested; visit++)
        {
            await VisitAsync(visitor.Customer.Http, paths[visit % paths.Length], leaves: number % 2 == 1);
            await Task.Delay(40, CancellationToken.None);
        }
    }));

    /// <summary>The time below which so many percent of the visits stayed that began between two moments.</summary>
    public double Percentile(int percent, long from, long until)
    {
        var times = _times.Where(time => time.At >= from && time.At < until)
            .Select(time => time.Milliseconds)
            .Order()
            .ToArray();
        return times.Length == 0 ? 0 : times[Math.Min(times.Length - 1, times.Length * percent / 100)];
    }

    private async Task VisitAsync(HttpClient http, string path, bool leaves)
    {
        var (began, watch) = (Now, Stopwatch.StartNew());
        string answer;
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { ConnectionClose = leaves } };
            using var response = await http.SendAsync(request);
            await response.Content.ReadAsStringAsync();
            answer = $"{(int)response.StatusCode}";
            if (!leaves && response.Headers.ConnectionClose == true)
                Interlocked.Increment(ref _farewells);
        }
        catch (Exception failure) when (failure is HttpRequestException or OperationCanceledException)
        {
            answer = $"{failure.GetBaseException().GetType().Name}: {failure.GetBaseException().Message}";
        }

        _times.Enqueue((began, watch.Elapsed.TotalMilliseconds));
        _answers.AddOrUpdate(answer, 1, (_, count) => count + 1);
    }
}
