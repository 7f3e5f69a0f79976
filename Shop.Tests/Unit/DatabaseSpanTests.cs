using Shop.Data;

namespace Shop.Tests.Unit;

public class DatabaseSpanTests
{
    [Theory]
    [InlineData("INSERT INTO orders.outbox (id, at) VALUES (@p0, @p1);", "INSERT orders.outbox")]
    [InlineData("SELECT o.id\nFROM orders.orders AS o\nWHERE o.id = @p0", "SELECT orders.orders")]
    [InlineData("UPDATE orders.orders SET status = @p0", "UPDATE orders.orders")]
    [InlineData("DELETE FROM \"orders\".\"outbox\" WHERE id = $1", "DELETE orders.outbox")]
    [InlineData(
        "WITH a AS (SELECT * FROM unnest($1)) UPDATE orders.stock_levels SET x = 1", "UPDATE orders.stock_levels")]
    [InlineData("SELECT * FROM orders.orders WHERE id = $1 FOR NO KEY UPDATE OF orders", "SELECT orders.orders")]
    [InlineData("INSERT INTO a.b (c) VALUES ($1) ON CONFLICT (c) DO UPDATE SET d = 1", "INSERT a.b")]
    [InlineData("SELECT pg_advisory_lock(1)", "SELECT")]
    [InlineData("select now()", "SELECT")]
    public void A_span_is_named_after_the_operation_and_the_table(string sql, string name) =>
        Assert.Equal(name, DatabaseSpans.NameOf(sql));
}
