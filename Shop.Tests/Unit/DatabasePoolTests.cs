using Npgsql;
using Shop.Data;

namespace Shop.Tests.Unit;

public class DatabasePoolTests
{
    [Fact]
    public void A_pool_is_small_unless_it_is_configured()
    {
        Assert.Equal(20, Size("Host=localhost;Username=postgres;Password=secret"));
        Assert.Equal(50, Size("Host=localhost;Maximum Pool Size=50"));
        Assert.Equal(50, Size("Host=localhost;MaxPoolSize=50"));
    }

    [Fact]
    public void Statements_are_prepared_unless_it_is_configured_otherwise()
    {
        Assert.Equal(50, Prepared("Host=localhost;Username=postgres;Password=secret"));
        // As behind a pool of connections that is shared by transactions.
        Assert.Equal(0, Prepared("Host=localhost;Max Auto Prepare=0"));
    }

    [Fact]
    public void Other_settings_stay_as_they_are()
    {
        var before = new NpgsqlConnectionStringBuilder
        {
            Host = "localhost",
            Port = 5433,
            Username = "postgres",
            Password = "a;'b\" c=",
        };

        var after = new NpgsqlConnectionStringBuilder(Databases.Pooled(before.ConnectionString));

        Assert.Equal(
            (before.Host, before.Port, before.Username, before.Password),
            (after.Host, after.Port, after.Username, after.Password));
        Assert.Null(Databases.Pooled(null));
    }

    private static int Prepared(string connectionString) =>
        new NpgsqlConnectionStringBuilder(Databases.Pooled(connectionString)).MaxAutoPrepare;

    private static int Size(string connectionString) =>
        new NpgsqlConnectionStringBuilder(Databases.Pooled(connectionString)).MaxPoolSize;
}
