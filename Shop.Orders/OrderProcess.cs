namespace Shop.Orders;

/// <summary>What Orders knows of the customer's money. Returned: nothing was charged, or all of it went back.</summary>
internal enum PaymentProgress
{
    Asked,
    Charged,
    Returned,
}

/// <summary>What Orders knows of the parcel. Stopped: it will never leave.</summary>
internal enum ParcelProgress
{
    NotAsked,
    Asked,
    Created,
    Left,
    Stopped,
}

internal sealed record OrderState(
    OrderFacts Facts,
    OrderStatus Status,
    PaymentProgress Payment,
    ParcelProgress Parcel,
    DateTimeOffset Since,
    int Asked,
    DateTimeOffset? Deadline,
    string? CancelReason,
    int Version);

/// <summary>What follows from a happening: the new state with its next deadline, and the events to publish.</summary>
internal sealed record Step(OrderState State, IReadOnlyList<object> Events)
{
    public DateTimeOffset? Deadline => State.Deadline;
}

/// <summary>The customer wants the order cancelled.</summary>
internal sealed record CancelAsked;

/// <summary>The awaited answer did not come in time.</summary>
internal sealed record DeadlinePassed;

/// <summary>
/// From a placed order to a delivered parcel, or to an order that is cancelled with the money and the stock back:
/// charge, then ship. To cancel, stop the parcel first, then return the money, then the stock. Whoever does not answer
/// is asked again; whoever was asked twice answers twice. Pure: the same input gives the same step.
/// </summary>
internal static class OrderProcess
{
    private const int MaxCause = 200;

    public static Step Start(OrderFacts facts, DateTimeOffset now, OrderDeadlines deadlines)
    {
        var state = new OrderState(
            facts, OrderStatus.Placed, PaymentProgress.Asked, ParcelProgress.NotAsked,
            Since: now, Asked: 0, now + deadlines.FirstWait, CancelReason: null, Version: 1);
        return new(state, [new OrderPlaced(facts.Id, facts.CustomerId, facts.Total, now), PaymentRequest(facts)]);
    }

    /// <summary>
    /// Goes a step on, or returns the state as it is for what is already known. A final state ignores everything.
    /// Throws <see cref="InvalidOperationException"/> for news that can't be true beside what is known.
    /// </summary>
    public static Step Apply(OrderState state, object happened, DateTimeOffset now, OrderDeadlines deadlines)
    {
        if (state.Status is OrderStatus.Delivered or OrderStatus.Cancelled)
            return new(state, []);

        var walk = new Walk(state, now, deadlines);
        switch (happened)
        {
            case PaymentCaptured: walk.Captured(); break;
            case PaymentDeclined declined:
                walk.NotCharged($"Your payment was declined{Because(declined.Reason)}. Nothing was charged.");
                break;
            case PaymentVoided: walk.NotCharged("The payment was called off. Nothing was charged."); break;
            case PaymentRefunded: walk.Refunded(); break;
            case ShipmentCreated(_, var carrier, var number):
                walk.Created($"Your parcel is being packed. {carrier} will bring it, tracking number {number}.");
                break;
            case ShipmentDispatched: walk.Dispatched(); break;
            case ShipmentDelivered: walk.Delivered(); break;
            case ShipmentRejected rejected:
                walk.NotShipped($"We can't deliver to you{Because(rejected.Reason)}. You get your money back.");
                break;
            case ShipmentStopped: walk.NotShipped("Your parcel was stopped. You get your money back."); break;
            case CancelAsked: walk.Cancel("You asked us to cancel."); break;
            case DeadlinePassed: walk.AskAgain(); break;
            default:
                throw new ArgumentException($"{happened.GetType().Name} does not happen to an order.", nameof(happened));
        }

        return walk.Done();
    }

    /// <summary>Once the parcel is on its way there is nothing left to cancel.</summary>
    public static bool MayCancel(OrderStatus status) => status is not (OrderStatus.Shipped or OrderStatus.Delivered);

    private static PaymentRequested PaymentRequest(OrderFacts facts) =>
        new(facts.Id, facts.CustomerId, facts.Total, facts.PaymentToken);

    private static string Because(string reason)
    {
        var cause = reason.Trim().TrimEnd('.');
        return cause.Length == 0 ? "" : $" ({(cause.Length > MaxCause ? cause[..MaxCause] : cause)})";
    }

    private sealed class Walk(OrderState state, DateTimeOffset now, OrderDeadlines deadlines)
    {
        private readonly List<object> _events = [];
        private OrderState _state = state;

        private OrderFacts Facts => _state.Facts;

        private bool ParcelMayLeave => _state.Parcel is ParcelProgress.Asked or ParcelProgress.Created;

        public Step Done() => new(_state, _events);

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
                    RequestMoneyBack();
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
            // Money that went back although we did not ask for it is an operator's gesture and does not end the order.
            if (_state.Status != OrderStatus.Cancelling || ParcelMayLeave)
                return;

            _state = _state with { Payment = PaymentProgress.Returned };
            Enter(OrderStatus.Cancelled, "Your order is cancelled and your money is on its way back to you.");
        }

        public void Created(string reason)
        {
            if (_state.Parcel == ParcelProgress.NotAsked)
                throw Contradiction("a parcel exists that nobody asked for");

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

            // The news of its creation may be late or lost.
            Created("Your parcel is being packed.");
            var tooLate = _state.Status == OrderStatus.Cancelling;
            _state = _state with { Parcel = ParcelProgress.Left, CancelReason = null };
            Enter(OrderStatus.Shipped, tooLate
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

            WaitAnew();
            RequestMoneyBack();
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

        public void AskAgain()
        {
            if (now < _state.Deadline)
                return;

            if (now - _state.Since >= deadlines.PatienceIn(_state.Status))
            {
                Cancel(_state.Status == OrderStatus.Placed
                    ? "Your payment did not go through in time, so we cancel your order."
                    : "We could not send your parcel in time, so we cancel your order and return your money.");
                return;
            }

            _state = _state with { Asked = _state.Asked + 1 };
            Wait();
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
            WaitAnew();
            _events.Add(new OrderStatusChanged(Facts.Id, Facts.CustomerId, status, _state.Version, now, reason));
        }

        private void WaitAnew()
        {
            _state = _state with { Asked = 0 };
            Wait();
        }

        private void Wait()
        {
            if (_state.Status is OrderStatus.Delivered or OrderStatus.Cancelled)
            {
                _state = _state with { Deadline = null };
                return;
            }

            var again = now + deadlines.Wait(_state.Asked);
            var end = _state.Since + deadlines.PatienceIn(_state.Status);
            _state = _state with { Deadline = end < again ? end : again };
        }

        private void RequestShipment()
        {
            if (_state.Parcel == ParcelProgress.NotAsked)
                _state = _state with { Parcel = ParcelProgress.Asked };

            var lines = Facts.Lines.Select(line => new ShipmentRequested.Line(line.Sku, line.Name, line.Quantity));
            _events.Add(new ShipmentRequested(Facts.Id, Facts.CustomerId, Facts.ShipTo, [.. lines]));
        }

        /// <summary>The parcel before the money: who has the goods has to have paid for them.</summary>
        private void RequestCancellation()
        {
            if (ParcelMayLeave)
                _events.Add(new ShipmentCancellationRequested(Facts.Id, Facts.CustomerId, _state.CancelReason ?? ""));
            else
                RequestMoneyBack();
        }

        private void RequestMoneyBack() =>
            _events.Add(
                new PaymentCancellationRequested(Facts.Id, Facts.CustomerId, Facts.Total, _state.CancelReason ?? ""));

        private InvalidOperationException Contradiction(string what) =>
            new($"Order {Facts.Id} is {_state.Status} (payment {_state.Payment}, parcel {_state.Parcel}), but {what}.");
    }
}
