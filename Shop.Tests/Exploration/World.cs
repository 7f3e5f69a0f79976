namespace Shop.Tests.Exploration;

/// <summary>The messages between the services about one order.</summary>
[Flags]
internal enum Messages
{
    None = 0,
    PaymentRequested = 1 << 0,
    PaymentCancellationRequested = 1 << 1,
    ShipmentRequested = 1 << 2,
    ShipmentCancellationRequested = 1 << 3,
    PaymentCaptured = 1 << 4,
    PaymentDeclined = 1 << 5,
    PaymentVoided = 1 << 6,
    PaymentRefunded = 1 << 7,
    ShipmentCreated = 1 << 8,
    ShipmentDispatched = 1 << 9,
    ShipmentDelivered = 1 << 10,
    ShipmentRejected = 1 << 11,
    ShipmentStopped = 1 << 12,
}

/// <summary>Calls on their way to the bank, and outdated answers on their way back.</summary>
[Flags]
internal enum BankTraffic
{
    None = 0,
    Charge = 1 << 0,

    /// <summary>A charge under a second key: what must never be sent.</summary>
    ChargeAnew = 1 << 1,
    Find = 1 << 2,
    Void = 1 << 3,
    Refund = 1 << 4,
    AnswerNoSuchCharge = 1 << 5,
    AnswerPending = 1 << 6,
}

/// <summary>What the bank knows of a key.</summary>
internal enum Account
{
    Unknown,
    Pending,
    Charged,
    Declined,
    Voided,
    Refunded,
}

/// <summary>
/// Everything there is about one order, at one moment. Whatever was ever sent stays on its way: it may arrive at any
/// time and any number of times, or never. So every order of delivery, every duplicate and every loss is a path through
/// these states.
/// </summary>
/// <param name="Order">Number of the state of Orders.</param>
/// <param name="Payment">Number of the state of Payments; below zero when it has never heard of the order.</param>
/// <param name="Shipment">Number of the state of Shipping; below zero when it has never heard of the order.</param>
/// <param name="OnTheWay">Messages that may arrive.</param>
/// <param name="ToBank">Calls and outdated answers that may arrive.</param>
/// <param name="LeasedCharges">Workers that stored their intention to charge and have not called the bank yet.</param>
/// <param name="First">What the bank knows of the payment's key.</param>
/// <param name="Second">What the bank knows of any other key.</param>
/// <param name="Captures">Captures in our ledger.</param>
/// <param name="Refunds">Refunds in our ledger.</param>
/// <param name="Released">How often the stock came back.</param>
/// <param name="Sold">How often the stock was sold.</param>
/// <param name="PaymentCancelled">Payments has handled a cancellation.</param>
/// <param name="IsRefundedByOperator">An operator gave the money back, whatever becomes of the order.</param>
internal readonly record struct World(
    int Order,
    int Payment,
    int Shipment,
    Messages OnTheWay,
    BankTraffic ToBank,
    int LeasedCharges,
    Account First,
    Account Second,
    int Captures,
    int Refunds,
    int Released,
    int Sold,
    bool PaymentCancelled,
    bool IsRefundedByOperator)
{
    /// <summary>How often the customer's account was charged, whether or not the money went back.</summary>
    public int TimesCharged =>
        (First is Account.Charged or Account.Refunded ? 1 : 0) + (Second == Account.Charged ? 1 : 0);

    /// <summary>Whether the bank holds money of the customer.</summary>
    public bool IsMoneyTaken => First == Account.Charged || Second == Account.Charged;

    /// <summary>
    /// Whether the customer was charged once and the money stayed, or went back only because an operator wanted it.
    /// </summary>
    public bool IsPaid => TimesCharged == 1 && (IsMoneyTaken || IsRefundedByOperator);

    /// <summary>The same moment after all that was on its way is lost and all workers are dead.</summary>
    public World WithNothingUnderWay =>
        this with { OnTheWay = Messages.None, ToBank = BankTraffic.None, LeasedCharges = 0 };
}

/// <summary>One thing that can happen in a world, and the promise that it breaks by happening, if any.</summary>
internal readonly record struct Move(string Name, World Next, string? Broken = null);
