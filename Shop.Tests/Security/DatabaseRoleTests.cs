using Aspire.Hosting.Testing;
using Npgsql;
using Shop.Tests.Distributed;

namespace Shop.Tests.Security;

/// <summary>That no service reads another's tables is the database's word, not only the code's.</summary>
[Collection(nameof(SharedShop))]
public class DatabaseRoleTests(SharedShop shop)
{
    private static readonly string[] Services = ["users", "orders", "payments", "shipping"];

    [Fact]
    public async Task Every_role_opens_its_own_database_and_no_other()
    {
        foreach (var service in Services)
        {
            var own = await ConnectionOfAsync(service);
            foreach (var database in Services.Select(name => $"{name}db"))
            {
                var failure = await Record.ExceptionAsync(() => ExecuteAsync(own, database, "SELECT 1"));

                if (database == $"{service}db")
                    Assert.Null(failure);
                else
                    Assert.Equal(
                        PostgresErrorCodes.InsufficientPrivilege, Assert.IsType<PostgresException>(failure).SqlState);
            }
        }
    }

    [Theory]
    [InlineData("COPY (SELECT 1) TO PROGRAM 'true'")]
    [InlineData("SELECT rolpassword FROM pg_authid")]
    [InlineData("SELECT pg_read_file('/etc/passwd')")]
    [InlineData("CREATE ROLE another SUPERUSER")]
    [InlineData("CREATE DATABASE another")]
    [InlineData("SET ROLE postgres")]
    public async Task No_role_may_do_anything_on_the_server(string sql)
    {
        foreach (var service in Services)
        {
            var failure = await Record.ExceptionAsync(
                async () => await ExecuteAsync(await ConnectionOfAsync(service), $"{service}db", sql));

            Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, Assert.IsType<PostgresException>(failure).SqlState);
        }
    }

    [Fact]
    public async Task Services_are_told_of_no_other_role()
    {
        var password = new NpgsqlConnectionStringBuilder(
            await shop.App.GetConnectionStringAsync("postgres", TestContext.Current.CancellationToken)).Password!;
        foreach (var service in Services)
        {
            var seen = await shop.SeenAsync(service, seen => !seen.Snapshot.EnvironmentVariables.IsEmpty);
            Assert.DoesNotContain(
                seen.Snapshot.EnvironmentVariables,
                variable => variable.Value?.Contains(password, StringComparison.Ordinal) == true);
        }
    }

    private async Task<NpgsqlConnectionStringBuilder> ConnectionOfAsync(string service)
    {
        var name = $"ConnectionStrings__{service}db";
        var seen = await shop.SeenAsync(
            service, seen => seen.Snapshot.EnvironmentVariables.Any(variable => variable.Name == name));
        return new(seen.Snapshot.EnvironmentVariables.Single(variable => variable.Name == name).Value)
        {
            Pooling = false,
        };
    }

    private static async Task ExecuteAsync(NpgsqlConnectionStringBuilder connection, string database, string sql)
    {
        await using var source = NpgsqlDataSource.Create(
            new NpgsqlConnectionStringBuilder(connection.ConnectionString) { Database = database }.ConnectionString);
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
