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
    private static readonly string[] Tokens =
    [
        "tok_visa", "tok_visa", "tok_visa", "tok_visa", "tok_visa", "tok_visa", "tok_visa",
        "tok_declined", "tok_insufficient_funds", "tok_flaky", "tok_timeout_after_charge",
    ];

    private readonly List<Customer> _customers = [];
    private readonly List<(Guid Id, int Left)> _products = [];
    private readonly List<Task> _underWay = [];

    public ClientHistory History { get; } = new();

    public async Task PrepareAsync()
    {
        for (var i = 0; i < 4; i++)
            _customers.Add(await shop.NewCustomerAsync());

        for (var i = 0; i < 12; i++)
        {
            var product = await _customers[0].ProductAsync(i);
            _products.Add(((Guid)product["id"]!, (int)product["available"]!));
        }
    }

    /// <summary>Orders until told to end; returns when every intention is answered.</summary>
    public async Task RunAsync(CancellationToken end)
    {
        var random = new Random(seed);
        using var ticks = new PeriodicTimer(TimeSpan.FromSeconds(1 / ordersPerSecond));
        while (!end.IsCancellationRequested)
        {
            var plan = new Plan(
                _customers[random.Next(_customers.Count)],
                _products[random.Next(_products.Count)].Id,
                1 + random.Next(3),
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

        await Task.WhenAll(_underWay);
    }

    private async Task CarryOutAsync(Plan plan)
    {
        var intention = History.Begin(Customer.NewKey(), plan.Customer.Id);
        var order = Customer.OrderOf(plan.Product, plan.Quantity, plan.Token, plan.PostalCode);
        await SendUntilAnsweredAsync();
        if (intention.Outcome != Outcome.Ok)
            return;

        if (plan.Twice)
            await SendUntilAnsweredAsync();

        if (plan.CancelAfter is { } delay)
        {
            await Task.Delay(delay);
            intention.Cancelled = await TellAsync(() => plan.Customer.CancelAsync(intention.Order!.Value)) == (int)HttpStatusCode.Accepted;
        }

        async Task SendUntilAnsweredAsync()
        {
            // A customer gives up after two minutes; then nobody knows, and the oracle allows for both.
            for (var watch = Stopwatch.StartNew(); watch.Elapsed < TimeSpan.FromMinutes(2);)
            {
                intention.Sent++;
                string? body = null;
                var status = await TellAsync(async () =>
                {
                    var response = await plan.Customer.PostOrderAsync(order.DeepClone(), intention.Key);
                    body = await response.Content.ReadAsStringAsync();
                    return response;
                });
                if (status == (int)HttpStatusCode.Created)
                {
                    intention.Contradiction ??= intention.FirstAnswer is { } first && first != body ? body : null;
                    intention.FirstAnswer ??= body;
                    intention.Order = (Guid)JsonNode.Parse(body!)!["id"]!;
                    intention.Outcome = Outcome.Ok;
                    return;
                }

                if (status is >= 400 and < 500 and not 429 and not 408)
                {
                    intention.Outcome = intention.Outcome == Outcome.Unknown ? Outcome.Unknown : Outcome.Refused;
                    return;
                }

                intention.Outcome = intention.Outcome == Outcome.Ok ? Outcome.Ok : Outcome.Unknown;
                await Task.Delay(250);
            }
        }
    }

    /// <summary>The status of the answer, or 0 when there was none.</summary>
    private async Task<int> TellAsync(Func<Task<HttpResponseMessage>> call)
    {
        var status = 0;
        try
        {
            using var response = await call();
            status = (int)response.StatusCode;
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException)
        {
            // Reset, refused or timed out: the gateway itself is away.
        }

        History.Answered(status);
        return status;
    }

    private sealed record Plan(
        Customer Customer, Guid Product, int Quantity, string Token, string PostalCode, bool Twice, TimeSpan? CancelAfter);
}
