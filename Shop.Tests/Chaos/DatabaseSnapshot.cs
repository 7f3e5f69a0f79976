using Shop.Tests.Distributed;

namespace Shop.Tests.Chaos;

public sealed record OrderRow(Guid Id, Guid Customer, string Status, long Total, int Items, int Version, int Steps);

public sealed record PaymentRow(Guid Order, string Status, long Captured, long Refunded);

public sealed record BankRow(Guid Order, long Charges, long Charged, long Refunded);

public sealed record ShipmentRow(Guid Order, string Status);

/// <summary>Everything the services and the bank have written down, read after the dust has settled.</summary>
public sealed record DatabaseSnapshot(
    IReadOnlyList<OrderRow> Orders,
    IReadOnlyDictionary<Guid, PaymentRow> Payments,
    IReadOnlyDictionary<Guid, BankRow> Bank,
    ILookup<Guid, ShipmentRow> Shipments)
{
    public static async Task<DatabaseSnapshot> ReadAsync(RunningShop shop) => new(
        await shop.RowsAsync(
            "ordersdb",
            """
            SELECT id, customer_id, status, total_amount,
                (SELECT sum((line->>'quantity')::int) FROM jsonb_array_elements(lines) line)::int,
                    version, jsonb_array_length(history)
            FROM orders.orders
            """,
            row =>
                new OrderRow(
                    row.GetGuid(0),
                    row.GetGuid(1),
                    row.GetString(2),
                    row.GetInt64(3),
                    row.GetInt32(4),
                    row.GetInt32(5),
                    row.GetInt32(6))),
        (await shop.RowsAsync(
            "paymentsdb",
            "SELECT order_id, status, captured, refunded FROM payments.payments",
            row => new PaymentRow(row.GetGuid(0), row.GetString(1), row.GetInt64(2), row.GetInt64(3)))).ToDictionary(
                payment => payment.Order),
        (await shop.RowsAsync(
            "paymentsdb",
            """
            SELECT p.order_id, count(*), sum(c.amount)::bigint,
                coalesce(sum((SELECT sum(r.amount) FROM bank.refunds r WHERE r.charge_key = c.key)), 0)::bigint
            FROM bank.charges c JOIN payments.payments p ON p.id = c.key WHERE c.status = 'Charged' GROUP BY p.order_id
            """,
            row => new BankRow(row.GetGuid(0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3)))).ToDictionary(
                bank => bank.Order),
        (await shop.RowsAsync(
            "shippingdb",
            "SELECT order_id, status FROM shipping.shipments",
            row => new ShipmentRow(row.GetGuid(0), row.GetString(1))))
            .ToLookup(shipment => shipment.Order));
}
