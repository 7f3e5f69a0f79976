using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Text.Json.Nodes;
using Shop.Tests.Distributed;

namespace Shop.Tests.Chaos;

/// <summary>
/// Customers who order at a steady rate, whatever happens: seeded, so that a failure can be repeated. They retry with
/// their key while they are told "later", send every fifth order twice, and cancel some.
/// </summary>
public sealed class Load(RunningShop shop, int seed, double ordersPerSecond)
{
    private const int Customers = 4;

    // Well below the ten minutes of a token.
    private static readonly TimeSpan CustomersStay = TimeSpan.FromMinutes(4);

    private static readonly string[] Tokens =
    [
        "tok_visa", "tok_visa", "tok_visa", "tok_visa", "tok_visa", "tok_visa", "tok_visa",
        "tok_declined", "tok_insufficient_funds", "tok_flaky", "tok_timeout_after_charge",
    ];

    private readonly List<Guid> _products = [];
    private readonly ConcurrentBag<Task> _underWay = [];
    private Customer[] _customers = [];

    public ClientHistory History { get; } = new();

    public async Task PrepareAsync()
    {
        _customers = await NewCustomersAsync();
        using var asOperator = await Eventually.Is(shop.OperatorAsync, _ => true, what: "An operator");
        // The last ones sell out, so that there is also a race for what is left.
        for (var i = 0; i < 12; i++)
            _products.Add(await asOperator.NewProductAsync(price: 500 + (137 * i), opening: i < 10 ? 100_000 : 20));
    }

    /// <summary>Orders until told to end; returns when every intention is answered.</summary>
    public async Task RunAsync(CancellationToken end)
    {
        var random = new Random(seed);
        using var ticks = new PeriodicTimer(TimeSpan.FromSeconds(1 / ordersPerSecond));
        var renewal = RenewAsync(end);
        while (!end.IsCancellationRequested)
        {
            var plan = new Plan(
                _customers[random.Next(Customers)],
                Basket(random),
                Tokens[random.Next(Tokens.Length)],
                random.Next(25) == 0 ? "00000" : "10115",
                Twice: random.Next(5) == 0,
                CancelAfter: random.Next(8) == 0 ? TimeSpan.FromMilliseconds(random.Next(1500)) : null);
            _underWay.Add(Task.Run(() => CarryOutAsync(plan), CancellationToken.None));
            try
            {
                await ticks.WaitForNextTickAsync(end);
            }
            catch (OperationCanceledException)
            {
                break;
            }
        }

        await renewal;
        await Task.WhenAll(_underWay);
    }

    /// <summary>
    /// Many at once want the same two things, one half naming the one first, the other half the other.
    /// </summary>
    public Task CrowdAsync(int people, params string[] tokens) =>
        Task.WhenAll(Enumerable.Range(0, people).Select(number =>
        {
            (Guid, int)[] basket = [(_products[0], 1), (_products[1], 1)];
            var token = tokens is [] ? "tok_visa" : tokens[number % tokens.Length];
            return CarryOutAsync(
                new(
                    _customers[number % Customers],
                    number % 2 == 0 ? basket : [.. basket.Reverse()],
                    token,
                    "10115",
                    Twice: false,
                    CancelAfter: null));
        }));

    /// <summary>One order by one key, asked for many times at once.</summary>
    public Task InsistAsync(int times)
    {
        var plan = new Plan(_customers[0], [(_products[0], 1)], "tok_visa", "10115", Twice: false, CancelAfter: null);
        var intention = History.Begin(Customer.NewKey(), plan.Customer.Id);
        return Task.WhenAll(Enumerable.Range(0, times).Select(_ => SendUntilAnsweredAsync(plan, intention)));
    }

    private static JsonObject OrderOf(Plan plan)
    {
        var order = Customer.OrderOf(plan.Basket[0].Product, plan.Basket[0].Quantity, plan.Token, plan.PostalCode);
        foreach (var (product, quantity) in plan.Basket.Skip(1))
            order["lines"]!.AsArray().Add(new JsonObject { ["productId"] = product, ["quantity"] = quantity });

        return order;
    }

    private (Guid, int)[] Basket(Random random)
    {
        var first = random.Next(_products.Count);
        var second = (first + 1 + random.Next(_products.Count - 1)) % _products.Count;
        (Guid, int)[] basket = [(_products[first], 1 + random.Next(3)), (_products[second], 1)];
        return random.Next(3) == 0 ? basket : basket[..1];
    }

    private async Task RenewAsync(CancellationToken end)
    {
        while (true)
        {
            await Task.Delay(CustomersStay, end).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (end.IsCancellationRequested)
                return;

            try
            {
                _customers = await NewCustomersAsync();
            }
            catch (Exception exception) when (exception is not OutOfMemoryException)
            {
                // Users is away: those who are here stay.
            }
        }
    }

    private async Task<Customer[]> NewCustomersAsync()
    {
        var customers = new Customer[Customers];
        for (var i = 0; i < Customers; i++)
        {
            // On a busy machine they may be told that too many are registering.
            customers[i] = await Eventually.Is(shop.NewCustomerAsync, _ => true, what: "A new customer");
        }

        return customers;
    }

    private async Task CarryOutAsync(Plan plan)
    {
        var intention = History.Begin(Customer.NewKey(), plan.Customer.Id);
        await SendUntilAnsweredAsync(plan, intention);
        if (intention.Outcome != Outcome.Ok)
            return;

        if (plan.Twice)
            await SendUntilAnsweredAsync(plan, intention);

        if (plan.CancelAfter is { } delay)
        {
            await Task.Delay(delay);
            intention.Cancelled = await TellAsync(
                () => plan.Customer.CancelAsync(intention.Order!.Value)) == (int)HttpStatusCode.Accepted;
        }
    }

    private async Task SendUntilAnsweredAsync(Plan plan, Intention intention)
    {
        // A customer gives up after two minutes; then nobody knows, and the oracle allows for both.
        for (var watch = Stopwatch.StartNew(); watch.Elapsed < TimeSpan.FromMinutes(2);)
        {
            intention.Send();
            string? body = null;
            var status = await TellAsync(async () =>
            {
                var response = await plan.Customer.PostOrderAsync(OrderOf(plan), intention.Key);
                body = await response.Content.ReadAsStringAsync();
                return response;
            });
            if (status == (int)HttpStatusCode.Created)
            {
                intention.Confirmed((Guid)JsonNode.Parse(body!)!["id"]!, body!);
                return;
            }

            if (status is >= 400 and < 500 and not 429 and not 408)
            {
                intention.Refused();
                return;
            }

            intention.LeftOpen();
            await Task.Delay(250);
        }
    }

    /// <summary>The status of the answer, or 0 when there was none.</summary>
    private async Task<int> TellAsync(Func<Task<HttpResponseMessage>> call)
    {
        try
        {
            using var response = await call();
            History.Answered((int)response.StatusCode, response.Content.Headers.ContentType?.MediaType);
            return (int)response.StatusCode;
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException)
        {
            // Reset, refused or timed out: the gateway itself is away.
            History.Answered(0);
            return 0;
        }
    }

    private sealed record Plan(
        Customer Customer, (Guid Product, int Quantity)[] Basket, string Token, string PostalCode, bool Twice,
        TimeSpan? CancelAfter);
}
