namespace Shop.Orders;

/// <summary>Ids only: what somebody bought, and where it goes, never reaches a log.</summary>
internal static partial class OrdersLog
{
    [LoggerMessage(1, LogLevel.Information, "Order {OrderId} was placed")]
    public static partial void Placed(this ILogger log, Guid orderId);

    [LoggerMessage(2, LogLevel.Information, "Order {OrderId} was cancelled")]
    public static partial void Cancelled(this ILogger log, Guid orderId);
}
