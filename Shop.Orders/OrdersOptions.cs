using System.ComponentModel.DataAnnotations;
using Shop.Orders.Live;
using Shop.ServiceDefaults;

namespace Shop.Orders;

/// <summary>Configuration section <c>Orders</c>.</summary>
internal sealed class OrdersOptions : IValidatableObject
{
    private static readonly string[] TokensOfTheSimulatedBank =
    [
        "tok_visa", "tok_declined", "tok_insufficient_funds", "tok_slow", "tok_timeout_after_charge",
        "tok_flaky", "tok_down",
    ];

    /// <summary>The payment tokens that the bank accepts; none configured means those of the simulated bank.</summary>
    public string[] PaymentTokens { get; set; } = [];

    /// <summary>What shipping costs, in minor units, as long as Shipping's rate list was never seen.</summary>
    [Range(0, long.MaxValue)]
    public long FlatShipping { get; set; } = 590;

    public OrderDeadlines Deadlines { get; set; } = new();

    public LiveOptions Live { get; set; } = new();

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (!Deadlines.AreValid)
            yield return new("FirstWait is positive and the shortest.", [nameof(Deadlines)]);

        if (!Live.AreValid)
            yield return new("Heartbeat is from 0 to 30 s, PerUser is positive and not above Total.", [nameof(Live)]);
    }

    public bool Accepts(string paymentToken) =>
        (PaymentTokens.Length > 0 ? PaymentTokens : TokensOfTheSimulatedBank)
            .Contains(paymentToken, StringComparer.Ordinal);
}

/// <summary>
/// How long an order waits for an answer before it repeats its request, and when it gives up and is cancelled. It never
/// gives up once money has to come back or the parcel has left.
/// </summary>
internal sealed class OrderDeadlines
{
    /// <summary>The first wait for any answer; each further one is twice as long.</summary>
    public TimeSpan FirstWait { get; set; } = TimeSpan.FromSeconds(20);

    public TimeSpan LongestWait { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>How long the customer's payment may take.</summary>
    public TimeSpan Payment { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>How long Shipping may take to accept a paid order.</summary>
    public TimeSpan Shipment { get; set; } = TimeSpan.FromHours(1);

    /// <summary>How long an accepted parcel may take to leave; an operator may hold it for good reasons.</summary>
    public TimeSpan Dispatch { get; set; } = TimeSpan.FromDays(7);

    public bool AreValid => FirstWait > TimeSpan.Zero && LongestWait >= FirstWait
        && Payment >= FirstWait && Shipment >= FirstWait && Dispatch >= FirstWait;

    /// <summary>When an order in <paramref name="status"/> gives up; null when it never does.</summary>
    public TimeSpan? TimeoutIn(OrderStatus status) => status switch
    {
        OrderStatus.Placed => Payment,
        OrderStatus.Paid => Shipment,
        OrderStatus.Preparing => Dispatch,
        OrderStatus.Shipped or OrderStatus.Delivered or OrderStatus.Cancelling or OrderStatus.Cancelled => null,
    };

    public TimeSpan Wait(int retries) => Backoff.Exponential(FirstWait, retries, LongestWait);
}
