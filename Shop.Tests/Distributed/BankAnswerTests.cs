namespace Shop.Tests.Distributed;

[Collection(nameof(ShopToRestart))]
public class BankAnswerTests(BreakableShop shop)
{
    private const int Others = 6;

    /// <summary>Answers that come while one is being stored are stored in one transaction, which here fails.</summary>
    [Fact]
    public async Task An_answer_that_cannot_be_stored_holds_up_no_other()
    {
        var customer = await shop.NewCustomerAsync();
        var refused = await shop.NewCustomerAsync();
        var product = (Guid)(await customer.PlentifulProductAsync())["id"]!;
        await RefuseAnswersAsync(refused.Id);
        Guid waiting;
        Guid[] others;
        try
        {
            var placed = Enumerable.Range(0, Others).Select(_ => customer.OrderAsync(Customer.OrderOf(product)));
            var last = refused.OrderAsync(Customer.OrderOf(product));
            others = await Task.WhenAll(placed);
            waiting = await last;

            await Eventually.Equals(
                ((long)Others, (long)Others),
                async () => (
                    await shop.ScalarAsync<long>(
                        "paymentsdb",
                        "SELECT count(*) FROM payments.payments WHERE order_id = ANY ($1) AND status = 'Captured'",
                        others),
                    await shop.ScalarAsync<long>(
                        "paymentsdb", "SELECT count(*) FROM payments.test_leases WHERE order_id = ANY ($1)", others)),
                what: "Charged of the others, and calls to the bank for them");
        }
        finally
        {
            await shop.ExecuteAsync(
                "paymentsdb",
                "DROP TRIGGER test_answers ON payments.payments; DROP FUNCTION payments.test_answers; "
                    + "DROP TABLE payments.test_leases");
        }

        foreach (var order in others.Append(waiting))
        {
            await Eventually.Equals(
                "Delivered",
                () => shop.ScalarAsync<string>(
                    "ordersdb", "SELECT status FROM orders.orders WHERE id = $1", order),
                what: "The order");
            Assert.Equal(1, (await shop.ChargesAsync(order)).Count);
        }
    }

    // Storing takes a moment, so that answers meet.
    private Task RefuseAnswersAsync(Guid customer) => shop.ExecuteAsync(
        "paymentsdb",
        $"""
        CREATE TABLE payments.test_leases (order_id uuid);
        CREATE FUNCTION payments.test_answers() RETURNS trigger SECURITY DEFINER LANGUAGE plpgsql AS $$
        BEGIN
            IF NEW.leased_until IS NOT NULL THEN
                INSERT INTO payments.test_leases VALUES (NEW.order_id);
            ELSE
                PERFORM pg_sleep(0.1);
                IF NEW.customer_id = '{customer}' THEN
                    RAISE EXCEPTION 'This answer is not stored.';
                END IF;
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER test_answers BEFORE UPDATE ON payments.payments
            FOR EACH ROW EXECUTE FUNCTION payments.test_answers();
        """);
}
