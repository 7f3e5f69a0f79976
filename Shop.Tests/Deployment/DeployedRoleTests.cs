using Npgsql;
using Shop.Tests.Messaging;

namespace Shop.Tests.Deployment;

/// <summary>What the role of a service may do in production: rows of its own database, and nothing else.</summary>
[Collection(nameof(Backends))]
public sealed class DeployedRoleTests(Backends backends)
{
    [Theory]
    [InlineData("CREATE TABLE payments.another (id int)")]
    [InlineData("CREATE TABLE public.another (id int)")]
    [InlineData("CREATE TEMPORARY TABLE another (id int)")]
    [InlineData("CREATE SCHEMA another")]
    [InlineData("ALTER TABLE payments.ledger_entries ADD another int")]
    [InlineData("ALTER TABLE payments.ledger_entries DISABLE TRIGGER ALL")]
    [InlineData("TRUNCATE payments.outbox")]
    [InlineData("DROP TABLE payments.outbox")]
    [InlineData("DROP SCHEMA payments CASCADE")]
    [InlineData("INSERT INTO payments.\"__EFMigrationsHistory\" VALUES ('1', '1')")]
    [InlineData("DELETE FROM bank.\"__EFMigrationsHistory\"")]
    [InlineData("CREATE ROLE another")]
    [InlineData("CREATE DATABASE another")]
    [InlineData("SET ROLE postgres")]
    public async Task May_change_no_tables_and_no_rights(string sql)
    {
        await using var database = await MigratedAsync("payments");
        var failure = await Record.ExceptionAsync(() => database.ExecuteAsync(database.Role, sql));

        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, Assert.IsType<PostgresException>(failure).SqlState);
    }

    [Fact]
    public async Task Opens_its_own_database_and_no_other()
    {
        await using var payments = await MigratedAsync("payments");
        await using var orders = await MigratedAsync("orders");

        Assert.Equal(0L, await payments.ExecuteAsync(payments.Role, "SELECT count(*) FROM payments.payments"));
        Assert.Equal(0L, await payments.ExecuteAsync(payments.Role, "SELECT count(*) FROM bank.charges"));
        var failure = await Record.ExceptionAsync(
            () => payments.ExecuteAsync(payments.Role, "SELECT 1", database: orders.Name));

        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, Assert.IsType<PostgresException>(failure).SqlState);
    }

    [Fact]
    public async Task Loses_at_the_next_migration_what_somebody_gave_it_by_hand()
    {
        await using var database = await MigratedAsync("orders");
        await database.ExecuteAsync(database.Migrator, $"GRANT TRUNCATE ON orders.outbox TO {database.Role}");
        await database.ExecuteAsync(database.Role, "TRUNCATE orders.outbox");

        await database.MigrateAsync("orders", "--grant", database.Role);

        await Assert.ThrowsAsync<PostgresException>(
            () => database.ExecuteAsync(database.Role, "TRUNCATE orders.outbox"));
    }

    private async Task<DeployedDatabase> MigratedAsync(string service)
    {
        var database = await DeployedDatabase.CreateAsync(backends);
        var migrated = await database.MigrateAsync(service, "--grant", database.Role);
        Assert.True(migrated.ExitCode == 0, migrated.Error);
        return database;
    }
}
