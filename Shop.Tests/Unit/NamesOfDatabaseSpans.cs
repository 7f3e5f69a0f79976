using Shop.ServiceDefaults;

namespace Shop.Tests.Unit;

public class NamesOfDatabaseSpans
{
    [Theory]
    [InlineData("INSERT INTO orders.outbox (id, at) VALUES (@p0, @p1);", "INSERT orders.outbox")]
    [InlineData("SELECT o.id\nFROM orders.orders AS o\nWHERE o.id = @p0", "SELECT orders.orders")]
    [InlineData("UPDATE orders.orders SET status = @p0", "UPDATE orders.orders")]
    [InlineData("DELETE FROM \"orders\".\"outbox\" WHERE id = $1", "DELETE orders.outbox")]
    [InlineData("SELECT pg_advisory_lock(1)", "SELECT")]
    [InlineData("select now()", "SELECT")]
    public void Say_what_is_done_to_which_table(string sql, string name) => Assert.Equal(name, DatabaseSpans.NameOf(sql));
}
