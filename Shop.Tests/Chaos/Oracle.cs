using Shop.Tests.Distributed;

namespace Shop.Tests.Chaos;

/// <summary>What was found: sentences about what is wrong (none is good), and figures for the report.</summary>
public sealed record Verdict(IReadOnlyList<string> Violations, int Orders, int Lost, int DoubledEffects);

/// <summary>
/// The invariants of the design, checked against all databases, the bank's record and what customers were told, once
/// everything is quiet. The numbers I1 to I9 are those of the fault catalogue.
/// </summary>
public static class Oracle
{
    private static readonly string[] Schemas = ["users", "orders", "payments", "shipping"];

    /// <summary>Waits until no order waits for anything, no event is unsent (I8) and none is unacknowledged.</summary>
    public static async Task QuietAsync(RunningShop shop, TimeSpan within)
    {
        await using var redis = await Streams.ConnectAsync(shop);
        await Eventually.Equals("0 open orders, 0 unsent, 0 payments open, 0 unfinished", LookAsync, within, "Quiet");

        async Task<string> LookAsync()
        {
            var open = await shop.ScalarAsync<long>(
                "ordersdb", "SELECT count(*) FROM orders.orders WHERE status NOT IN ('Delivered', 'Cancelled')");
            var unsent = 0L;
            foreach (var schema in Schemas)
                unsent += await shop.ScalarAsync<long>($"{schema}db", $"SELECT count(*) FROM {schema}.outbox");

            var payments = await shop.ScalarAsync<long>(
                "paymentsdb", "SELECT count(*) FROM payments.payments WHERE status IN ('Requested', 'Unknown')");
            var unfinished = await Streams.UnfinishedAsync(redis.GetDatabase());
            return $"{open} open orders, {unsent} unsent, {payments} payments open, {unfinished} unfinished";
        }
    }

    public static async Task<Verdict> JudgeAsync(
        RunningShop shop, ClientHistory history, IReadOnlyDictionary<string, long> deadLettersExpected)
    {
        var books = await DatabaseSnapshot.ReadAsync(shop);
        var violations = new List<string>();
        var (lost, doubledOrders) = Intentions(history, books, violations);
        var doubledEffects = doubledOrders + Money(books, violations);
        await StockAsync(shop, books, violations);
        await LedgerAsync(shop, violations);
        Histories(books, violations);
        await MessagesAsync(shop, deadLettersExpected, violations);
        violations.AddRange(history.Violations.Distinct());
        return new(violations, books.Orders.Count, lost, doubledEffects);
    }

    /// <summary>
    /// I1, I6: every order that was confirmed exists once, none that was refused exists, none exists unasked.
    /// </summary>
    private static (int Lost, int Doubled) Intentions(
        ClientHistory history, DatabaseSnapshot books, List<string> violations)
    {
        var orders = books.Orders.ToDictionary(order => order.Id);
        var lost = 0;
        foreach (var intention in history.Intentions)
        {
            if (intention.Outcome == Outcome.Ok && !orders.ContainsKey(intention.Order!.Value))
            {
                lost++;
                violations.Add($"I1: order {intention.Order} was confirmed and does not exist.");
            }

            if (intention.Contradiction is { } other)
                violations.Add($"I6: key {intention.Key} was answered {intention.FirstAnswer} and then {other}.");
        }

        var customers = history.Intentions.Select(intention => intention.Customer).ToHashSet();
        var stored = books.Orders.Count(order => customers.Contains(order.Customer));
        var confirmed = history.Intentions.Where(intention => intention.Outcome == Outcome.Ok).ToArray();
        var unknown = history.Intentions.Count(intention => intention.Outcome == Outcome.Unknown);
        var doubled = Math.Max(0, stored - confirmed.Length - unknown)
            + (confirmed.Length - confirmed.DistinctBy(intention => intention.Order).Count());
        if (doubled > 0)
            violations.Add(
                $"I1: {confirmed.Length} orders were confirmed and {unknown} left open, but {stored} exist.");

        return (lost, doubled);
    }

    /// <summary>
    /// I2, I7: a delivered order is charged once and shipped once; a cancelled one nets to nothing and is not shipped.
    /// </summary>
    private static int Money(DatabaseSnapshot books, List<string> violations)
    {
        var doubled = 0;
        foreach (var order in books.Orders)
        {
            var bank = books.Bank.GetValueOrDefault(order.Id) ?? new(order.Id, 0, 0, 0);
            var payment = books.Payments.GetValueOrDefault(order.Id);
            var parcels = books.Shipments[order.Id].Count(shipment => shipment.Status is not ("Stopped" or "Rejected"));
            var expected = order.Status == "Delivered" ? order.Total : 0;
            if (bank.Charged - bank.Refunded != expected)
                violations.Add(
                    $"I2: {order.Status} order {order.Id} of {order.Total} was charged {bank.Charged} and "
                        + $"refunded {bank.Refunded}.");

            if (payment is not null && (payment.Captured != bank.Charged || payment.Refunded != bank.Refunded))
                violations.Add(
                    $"I4: Payments has {payment.Captured}-{payment.Refunded} for order {order.Id}, the "
                        + $"bank {bank.Charged}-{bank.Refunded}.");

            if (parcels != (order.Status == "Delivered" ? 1 : 0))
                violations.Add($"I7: {order.Status} order {order.Id} has {parcels} parcels.");

            if (bank.Charges > 1 || parcels > 1)
                doubled++;
        }

        return doubled;
    }

    /// <summary>
    /// I3: the journal adds up to the level, nothing is reserved any more, what was delivered is what was sold, and all
    /// of it once.
    /// </summary>
    private static async Task StockAsync(RunningShop shop, DatabaseSnapshot books, List<string> violations)
    {
        var (levels, journal, reserved, negative, sold) = (await shop.RowsAsync(
            "ordersdb",
            """
            SELECT (SELECT sum(available + reserved) FROM orders.stock_levels)::bigint,
                   (SELECT sum(available + reserved) FROM orders.stock_movements)::bigint,
                   (SELECT sum(reserved) FROM orders.stock_levels)::bigint,
                   (SELECT count(*) FROM orders.stock_levels WHERE available < 0 OR reserved < 0),
                   (SELECT coalesce(-sum(available + reserved), 0) FROM orders.stock_movements
                       WHERE kind = 'Sold')::bigint
            """,
            row => (row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3), row.GetInt64(4)))).Single();
        var delivered = books.Orders.Where(order => order.Status == "Delivered").Sum(order => order.Items);
        if (levels != journal)
            violations.Add($"I3: the levels hold {levels}, the journal {journal}.");

        if (reserved != 0 || negative != 0)
            violations.Add($"I3: {reserved} pieces are still reserved, {negative} levels are negative.");

        if (sold != delivered)
            violations.Add($"I3: {delivered} pieces were delivered, {sold} are booked as sold.");

        var repeated = await shop.ScalarAsync<long>(
            "ordersdb",
            "SELECT count(*) FROM (SELECT 1 FROM orders.stock_movements WHERE order_id IS NOT NULL GROUP BY order_id, "
                + "product_id, kind HAVING count(*) > 1) twice");
        if (repeated != 0)
            violations.Add($"I3: {repeated} times stock was reserved, released or sold twice for one order.");
    }

    /// <summary>I4: every booking sums to zero.</summary>
    private static async Task LedgerAsync(RunningShop shop, List<string> violations)
    {
        var unbalanced = await shop.ScalarAsync<long>(
            "paymentsdb",
            "SELECT count(*) FROM (SELECT transaction_id FROM payments.ledger_entries GROUP BY transaction_id HAVING "
                + "sum(amount) <> 0) t");
        if (unbalanced != 0)
            violations.Add($"I4: {unbalanced} bookings do not balance.");
    }

    /// <summary>I5: every order has ended, and its versions count its steps without a gap.</summary>
    private static void Histories(DatabaseSnapshot books, List<string> violations)
    {
        foreach (var order in books.Orders)
        {
            if (order.Status is not ("Delivered" or "Cancelled"))
                violations.Add($"I5: order {order.Id} is still {order.Status}.");

            if (order.Version != order.Steps)
                violations.Add($"I5: order {order.Id} has version {order.Version} and {order.Steps} steps.");
        }
    }

    /// <summary>I8: dead letters are exactly the poison that was planted.</summary>
    private static async Task MessagesAsync(
        RunningShop shop, IReadOnlyDictionary<string, long> expected, List<string> violations)
    {
        foreach (var schema in Schemas)
        {
            var dead = await shop.ScalarAsync<long>($"{schema}db", $"SELECT count(*) FROM {schema}.dead_letters");
            if (dead != expected.GetValueOrDefault(schema))
                violations.Add(
                    $"I8: {schema} has {dead} dead letters, {expected.GetValueOrDefault(schema)} were planted.");
        }
    }
}
