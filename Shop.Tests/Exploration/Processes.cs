using Shop.Orders;
using Shop.Payments;
using Shop.Shipping;

namespace Shop.Tests.Exploration;

/// <summary>
/// The decisions that are explored: the real ones, unless a test puts a broken one in their place to see whether the
/// exploration notices.
/// </summary>
internal sealed record Processes
{
    public Func<OrderFacts, DateTimeOffset, OrderDeadlines, OrderTransition> Place { get; init; } = OrderProcess.Start;

    public Func<OrderState, OrderInput, DateTimeOffset, OrderDeadlines, OrderTransition> Order { get; init; } =
        OrderProcess.Decide;

    /// <summary>Where the handlers of Orders give the stock back.</summary>
    public OrderStatus StockReturnsAt { get; init; } = OrderStatus.Cancelled;

    public Func<Guid, PaymentState?, PaymentInput, PaymentTransition> Payment { get; init; } = PaymentProcess.Decide;

    /// <summary>Whether a cancellation that overtook its payment is remembered.</summary>
    public bool KeepsTombstones { get; init; } = true;

    /// <summary>Which of two keys the bank is shown with a charge.</summary>
    public Func<PaymentState, int> KeyOfCharge { get; init; } = _ => 0;

    public Func<Guid, ShipmentState?, ShipmentInput, DateTimeOffset, ShipmentTransition> Shipment { get; init; } =
        ShipmentProcess.Decide;
}

/// <summary>States as numbers, so that a world is small and comparing two worlds is cheap.</summary>
internal sealed class Numbered<TState>
    where TState : notnull
{
    private readonly Dictionary<TState, int> _numbers = [];
    private readonly List<TState> _states = [];

    public TState this[int number] => _states[number];

    public int Of(TState state)
    {
        if (_numbers.TryGetValue(state, out var number))
            return number;

        _states.Add(state);
        return _numbers[state] = _states.Count - 1;
    }
}
