using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Shop.Data;
using Shop.Messaging;
using Shop.Orders.Stock;
using Shop.ServiceDefaults;

namespace Shop.Orders;

/// <summary>
/// Places one order per idempotency key. Prices come from us, never from the caller; stock is reserved with the order
/// or not at all (<see cref="OrdersDb.SaveChangesAsync(bool, CancellationToken)"/>).
/// </summary>
internal static partial class PlaceOrder
{
    /// <summary>A reservation locks a row for each line, and all lines are one document.</summary>
    public const int MaxLines = 50;
    public const int MaxQuantity = 1000;
    private const string Route = "POST /api/orders";

    /// <summary>
    /// 1,000,000.00: for a line, and for an order with its shipping. Larger orders are agreed with a person.
    /// </summary>
    private const long HighestTotal = 100_000_000;

    public sealed record Request(IReadOnlyList<Line> Lines, Address ShipTo, string PaymentToken);

    public sealed record Line(Guid ProductId, int Quantity);

    public sealed record Response(
        Guid Id,
        OrderStatus Status,
        IReadOnlyList<OrderLine> Lines,
        Money Shipping,
        Money Total,
        DateTimeOffset PlacedAt);

    public static async Task<IResult> Handle(
        Request request, IdempotencyKey key, CurrentUser user, OrdersDb db, ShippingRates rates,
        IOptions<OrdersOptions> options, OrdersMetrics metrics, ILogger<Order> log, CancellationToken cancel)
    {
        if (Check(request, options.Value) is { Failed: true } wrong)
            return wrong.ToProblem();

        IResult result;
        try
        {
            result = await db.ExecuteOnceAsync<Response, Dictionary<Guid, Offer>>(
                key, user, Route, request, OffersOf(request),
                offers => Place(request, offers, user, db, rates, options.Value), cancel);
        }
        catch (StockShortageException)
        {
            // Somebody else took the last ones between our look at the stock and the save.
            return Explain(request, await OffersOf(request).AskAsync(db, cancel));
        }

        // A repeated request gets its stored answer, which is no second order.
        if (result is Created<Response> { Value: { } placed })
        {
            metrics.Placed();
            log.Placed(placed.Id);
        }

        return result;
    }

    private static IResult Place(
        Request request, Dictionary<Guid, Offer> offers, CurrentUser user, OrdersDb db, ShippingRates rates,
        OrdersOptions options)
    {
        if (!request.Lines.All(line => offers.TryGetValue(line.ProductId, out var offer) && offer.Has(line.Quantity)))
            return Explain(request, offers);

        if (offers.Values.DistinctBy(offer => offer.Price.Currency).Count() > 1)
            return Problem.Conflict("These products have prices in different currencies. Order them separately.");

        OrderLine[] lines = [.. request.Lines.Select(line => offers[line.ProductId].ToLine(line.Quantity))];
        var goods = Order.GoodsTotal(lines);
        var shipping = rates.PriceFor(request.ShipTo.Country, goods);
        if (goods.Amount + shipping.Amount > HighestTotal)
        {
            var limit = new Money(HighestTotal, goods.Currency);
            return Problem.Conflict($"An order, or a line of it, costs {limit} at most. Order less at once.");
        }

        var now = offers.Values.First().Now;
        var first = OrderProcess.Start(
            new(Guid.CreateVersion7(), user.Id, lines, request.ShipTo, shipping, goods + shipping,
                request.PaymentToken),
            now,
            options.Deadlines);
        var order = Order.Place(first, now);
        db.Orders.Add(order);
        db.StockMovements.AddRange(StockMovement.Reserve(order, now));
        db.PublishAll(first.Events);
        return TypedResults.Created(
            $"/api/orders/{order.Id}",
            new Response(order.Id, order.Status, order.Lines, order.Shipping, order.Total, order.PlacedAt));
    }

    /// <summary>What the wanted products cost and how many there are; unknown ones are missing.</summary>
    private static BatchQuery<Dictionary<Guid, Offer>> OffersOf(Request request) => new(
        new(
            """
            SELECT id, sku, name, price_amount, price_currency, available, clock_timestamp()
            FROM orders.products JOIN orders.stock_levels ON product_id = id
            WHERE id = ANY ($1) AND deleted_at IS NULL
            """)
        {
            Parameters = { new() { Value = request.Lines.Select(line => line.ProductId).ToArray() } },
        },
        async (reader, cancel) =>
        {
            Dictionary<Guid, Offer> offers = [];
            while (await reader.ReadAsync(cancel))
            {
                var price = new Money(reader.GetInt64(3), reader.GetString(4));
                var offer = new Offer(
                    reader.GetGuid(0), reader.GetString(1), reader.GetString(2), price, reader.GetInt32(5),
                    reader.GetFieldValue<DateTimeOffset>(6));
                offers.Add(offer.ProductId, offer);
            }

            return offers;
        });

    private static Validation Check(Request request, OrdersOptions options)
    {
        var check = new Validation()
            .Check(request.Lines.Count is >= 1 and <= MaxLines, "lines", $"An order has 1 to {MaxLines} lines.")
            .Check(
                PaymentToken().IsMatch(request.PaymentToken) && options.Accepts(request.PaymentToken),
                "paymentToken",
                "This payment token is not known.");
        var seen = new HashSet<Guid>();
        foreach (var (index, line) in request.Lines.Take(MaxLines).Index())
        {
            var field = Field(index);
            if (line is null)
            {
                check.Check(false, field, "A line has a productId and a quantity.");
                continue;
            }

            check
                .Check(
                    line.Quantity is >= 1 and <= MaxQuantity,
                    $"{field}.quantity",
                    $"A quantity is between 1 and {MaxQuantity}.")
                .Check(
                    seen.Add(line.ProductId),
                    $"{field}.productId",
                    "A product comes once in an order. Raise its quantity instead.");
        }

        var to = request.ShipTo;
        return check.CheckAddress("shipTo.", to.Name, to.Line1, to.Line2, to.City, to.PostalCode, to.Country);
    }

    /// <summary>Names what is unknown or short.</summary>
    private static IResult Explain(Request request, Dictionary<Guid, Offer> offers)
    {
        var unknown = new Validation();
        foreach (var (index, line) in request.Lines.Index())
        {
            unknown.Check(
                offers.ContainsKey(line.ProductId),
                $"{Field(index)}.productId",
                $"There is no product {line.ProductId}.");
        }

        if (unknown.Failed)
            return unknown.ToProblem();

        var shortages = request.Lines.Select(line => (line.Quantity, Offer: offers[line.ProductId]))
            .Where(line => !line.Offer.Has(line.Quantity))
            .Select(line => line.Offer.Available == 0
                ? $"{line.Offer.Name} is sold out."
                : $"Only {line.Offer.Available} of {line.Offer.Name} are left.")
            .ToArray();
        return Problem.Conflict(
            shortages is [] ? "The stock changed while you ordered. Try again." : string.Join(' ', shortages));
    }

    private static string Field(int index) => string.Create(CultureInfo.InvariantCulture, $"lines[{index}]");

    [GeneratedRegex(@"\Atok_[a-z0-9_]{1,96}\z")]
    private static partial Regex PaymentToken();

    private sealed record Offer(
        Guid ProductId, string Sku, string Name, Money Price, int Available, DateTimeOffset Now)
    {
        public bool Has(int quantity) => Available >= quantity;

        public OrderLine ToLine(int quantity) => new(ProductId, Sku, Name, quantity, Price);
    }
}
