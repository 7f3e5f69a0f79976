using System.Diagnostics;
using Shop.Messaging;

namespace Shop.Orders;

/// <summary>
/// What an order can be told: a command, a deadline, or an event of Payments or Shipping (<c>Events.cs</c>). A test
/// gives every kind of input to <see cref="OrderProcess.Decide"/>.
/// </summary>
internal abstract record OrderInput;

/// <summary>The customer wants the order cancelled.</summary>
internal sealed record CancelRequested : OrderInput;

/// <summary>The awaited answer did not come in time.</summary>
internal sealed record DeadlinePassed : OrderInput;

/// <summary>
/// What follows from an input: the new state with its next deadline, and the events to publish, in order.
/// </summary>
internal sealed record OrderTransition(OrderState State, IReadOnlyList<IPublishedEvent> Events)
{
    public DateTimeOffset? Deadline => State.Deadline;
}

/// <summary>
/// From a placed order to a delivered parcel, or to an order that is cancelled with the money and the stock back:
/// charge, then ship. To cancel, stop the parcel first, then return the money, then the stock. A request without an
/// answer is repeated; a repeated request is answered again. Pure: the same input gives the same transition.
/// </summary>
internal static class OrderProcess
{
    /// <summary>
    /// What is quoted of another service's reason; the whole sentence has to fit into the order's 500.
    /// </summary>
    private const int LongestQuote = 200;

    public static OrderTransition Start(OrderFacts facts, DateTimeOffset now, OrderDeadlines deadlines)
    {
        var state = new OrderState(
            facts, OrderStatus.Placed, PaymentProgress.Asked, ParcelProgress.NotAsked,
            Since: now, RetryCount: 0, now + deadlines.FirstWait, CancelReason: null, Version: 1);
        return new(state, [new OrderPlaced(facts.Id, facts.CustomerId, facts.Total, now), PaymentRequest(facts)]);
    }

    /// <summary>
    /// Returns the state unchanged for what is already known, and in a final state for everything. Throws
    /// <see cref="InvalidOperationException"/> for an event that contradicts what is known.
    /// </summary>
    public static OrderTransition Decide(
        OrderState state, OrderInput input, DateTimeOffset now, OrderDeadlines deadlines)
    {
        if (state.Status is OrderStatus.Delivered or OrderStatus.Cancelled)
            return new(state, []);

        var next = new TransitionBuilder(state, now, deadlines);
        switch (input)
        {
            case PaymentCaptured: next.Captured(); break;
            case PaymentDeclined declined:
                next.NotCharged($"Your payment was declined{Quote(declined.Reason)}. Nothing was charged.");
                break;
            case PaymentVoided: next.NotCharged("The payment was called off. Nothing was charged."); break;
            case PaymentRefunded: next.Refunded(); break;
            case ShipmentCreated(_, var carrier, var number):
                next.Created($"Your parcel is being packed. {carrier} will bring it, tracking number {number}.");
                break;
            case ShipmentDispatched: next.Dispatched(); break;
            case ShipmentDelivered: next.Delivered(); break;
            case ShipmentRejected rejected:
                next.NotShipped($"We can't deliver to you{Quote(rejected.Reason)}. You get your money back.");
                break;
            case ShipmentStopped: next.NotShipped("Your parcel was stopped. You get your money back."); break;
            case CancelRequested: next.Cancel("You asked us to cancel."); break;
            case DeadlinePassed: next.RetryOrGiveUp(); break;
            default: throw new UnreachableException($"{input.GetType().Name} is missing here.");
        }

        return next.Build();
    }

    /// <summary>Once the parcel is on its way there is nothing left to cancel.</summary>
    public static bool MayCancel(OrderStatus status) => status is not (OrderStatus.Shipped or OrderStatus.Delivered);

    private static PaymentRequested PaymentRequest(OrderFacts facts) =>
        new(facts.Id, facts.CustomerId, facts.Total, facts.PaymentToken);

    private static string Quote(string reason)
    {
        var cause = reason.Trim().TrimEnd('.');
        return cause.Length == 0 ? "" : $" ({(cause.Length > LongestQuote ? cause[..LongestQuote] : cause)})";
    }

    private sealed class TransitionBuilder(OrderState state, DateTimeOffset now, OrderDeadlines deadlines)
    {
        private readonly List<IPublishedEvent> _events = [];
        private OrderState _state = state;

        private OrderFacts Facts => _state.Facts;

        private bool ParcelMayLeave => _state.Parcel is ParcelProgress.Asked or ParcelProgress.Created;

        public OrderTransition Build() => new(_state, _events);

        public void Captured()
        {
            switch (_state.Status)
            {
                case OrderStatus.Placed:
                    _state = _state with { Payment = PaymentProgress.Charged };
                    Enter(OrderStatus.Paid, "We received your payment.");
                    RequestShipment();
                    break;
                case OrderStatus.Cancelling when _state.Payment == PaymentProgress.Asked:
                    // The charge was quicker than our cancellation: it has to go back.
                    _state = _state with { Payment = PaymentProgress.Charged };
                    RequestPaymentCancellation();
                    break;
            }
        }

        public void NotCharged(string reason)
        {
            if (_state.Payment != PaymentProgress.Asked)
                throw Contradiction("Payments reports no charge after it reported one");

            _state = _state with { Payment = PaymentProgress.Returned };
            Enter(
                OrderStatus.Cancelled,
                _state.Status == OrderStatus.Placed ? reason : "Your order is cancelled. Nothing was charged.");
        }

        public void Refunded()
        {
            // A refund that this order did not request was made by an operator and does not end the order.
            if (_state.Status != OrderStatus.Cancelling || ParcelMayLeave)
                return;

            _state = _state with { Payment = PaymentProgress.Returned };
            Enter(OrderStatus.Cancelled, "Your order is cancelled and your money is on its way back to you.");
        }

        public void Created(string reason)
        {
            if (_state.Parcel == ParcelProgress.NotAsked)
                throw Contradiction("a parcel exists that nobody requested");

            if (_state.Parcel != ParcelProgress.Asked)
                return;

            _state = _state with { Parcel = ParcelProgress.Created };
            if (_state.Status == OrderStatus.Paid)
                Enter(OrderStatus.Preparing, reason);
        }

        public void Dispatched()
        {
            if (_state.Parcel == ParcelProgress.Left)
                return;

            if (!ParcelMayLeave)
                throw Contradiction("a parcel left that was not to leave");

            // The event of its creation may be late or lost.
            Created("Your parcel is being packed.");
            var isTooLateToCancel = _state.Status == OrderStatus.Cancelling;
            _state = _state with { Parcel = ParcelProgress.Left, CancelReason = null };
            Enter(OrderStatus.Shipped, isTooLateToCancel
                ? "Your parcel had already left when we tried to stop it, so it comes to you."
                : "Your parcel is on its way to you.");
        }

        public void Delivered()
        {
            Dispatched();
            Enter(OrderStatus.Delivered, "Your parcel was delivered.");
        }

        public void NotShipped(string reason)
        {
            if (_state.Parcel is ParcelProgress.NotAsked or ParcelProgress.Left)
                throw Contradiction("a parcel was stopped that was not to be stopped");

            if (_state.Parcel == ParcelProgress.Stopped)
                return;

            _state = _state with { Parcel = ParcelProgress.Stopped };
            if (_state.Status != OrderStatus.Cancelling)
            {
                _state = _state with { CancelReason = reason };
                Enter(OrderStatus.Cancelling, reason);
            }

            RestartDeadline();
            RequestPaymentCancellation();
        }

        public void Cancel(string reason)
        {
            if (_state.Status == OrderStatus.Cancelling)
                return;

            if (!MayCancel(_state.Status))
                throw Contradiction("what has left can't be cancelled");

            _state = _state with { CancelReason = reason };
            Enter(OrderStatus.Cancelling, reason);
            RequestCancellation();
        }

        public void RetryOrGiveUp()
        {
            if (now < _state.Deadline)
                return;

            if (now - _state.Since >= deadlines.TimeoutIn(_state.Status))
            {
                Cancel(_state.Status == OrderStatus.Placed
                    ? "Your payment did not go through in time, so we cancel your order."
                    : "We could not send your parcel in time, so we cancel your order and return your money.");
                return;
            }

            _state = _state with { RetryCount = _state.RetryCount + 1 };
            SetDeadline();
            switch (_state.Status)
            {
                case OrderStatus.Placed: _events.Add(PaymentRequest(Facts)); break;
                case OrderStatus.Cancelling: RequestCancellation(); break;
                default: RequestShipment(); break;
            }
        }

        private void Enter(OrderStatus status, string reason)
        {
            _state = _state with { Status = status, Since = now, Version = _state.Version + 1 };
            RestartDeadline();
            _events.Add(new OrderStatusChanged(Facts.Id, Facts.CustomerId, status, _state.Version, now, reason));
        }

        private void RestartDeadline()
        {
            _state = _state with { RetryCount = 0 };
            SetDeadline();
        }

        private void SetDeadline()
        {
            if (_state.Status is OrderStatus.Delivered or OrderStatus.Cancelled)
            {
                _state = _state with { Deadline = null };
                return;
            }

            var retry = now + deadlines.Wait(_state.RetryCount);
            var end = _state.Since + deadlines.TimeoutIn(_state.Status);
            _state = _state with { Deadline = end < retry ? end : retry };
        }

        private void RequestShipment()
        {
            if (_state.Parcel == ParcelProgress.NotAsked)
                _state = _state with { Parcel = ParcelProgress.Asked };

            var lines = Facts.Lines.Select(line => new ShipmentRequested.Line(line.Sku, line.Name, line.Quantity));
            _events.Add(new ShipmentRequested(Facts.Id, Facts.CustomerId, Facts.ShipTo, [.. lines]));
        }

        /// <summary>The parcel before the money: whoever has the goods must have paid for them.</summary>
        private void RequestCancellation()
        {
            if (ParcelMayLeave)
                _events.Add(new ShipmentCancellationRequested(Facts.Id, Facts.CustomerId, _state.CancelReason ?? ""));
            else
                RequestPaymentCancellation();
        }

        private void RequestPaymentCancellation() => _events.Add(
            new PaymentCancellationRequested(Facts.Id, Facts.CustomerId, Facts.Total, _state.CancelReason ?? ""));

        private InvalidOperationException Contradiction(string what) =>
            new($"Order {Facts.Id} is {_state.Status} (payment {_state.Payment}, parcel {_state.Parcel}), but {what}.");
    }
}
