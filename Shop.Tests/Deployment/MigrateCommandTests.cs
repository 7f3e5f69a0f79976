using Npgsql;
using Shop.Tests.Messaging;

namespace Shop.Tests.Deployment;

/// <summary>The command that migrates before a roll-out, as a role of its own.</summary>
[Collection(nameof(Backends))]
public sealed class MigrateCommandTests(Backends backends)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static TheoryData<string> Services => ["orders", "payments", "shipping", "users"];

    [Theory]
    [MemberData(nameof(Services))]
    public async Task A_service_becomes_ready_on_what_another_role_has_migrated(string service)
    {
        await using var database = await DeployedDatabase.CreateAsync(backends);
        var migrated = await database.MigrateAsync(service, "--grant", database.Role);
        Assert.True(migrated.ExitCode == 0, migrated.Error);

        await using var started = await DeployedService.StartAsync(service, database.ConnectionOf(database.Role));

        await started.BecomesReadyAsync();
    }

    [Fact]
    public async Task A_service_waits_for_the_migrations_and_needs_no_restart_after_them()
    {
        await using var database = await DeployedDatabase.CreateAsync(backends);
        await using var started = await DeployedService.StartAsync("orders", database.ConnectionOf(database.Role));

        Assert.Equal(System.Net.HttpStatusCode.ServiceUnavailable, await started.StatusAsync("/health/ready"));
        Assert.Equal(System.Net.HttpStatusCode.ServiceUnavailable, await started.StatusAsync("/api/products"));
        Assert.Equal(System.Net.HttpStatusCode.OK, await started.StatusAsync("/health/live"));
        Assert.False((bool)(await database.ExecuteAsync(
            database.Migrator, "SELECT EXISTS (SELECT FROM pg_namespace WHERE nspname = 'orders')"))!);

        Assert.Equal(0, (await database.MigrateAsync("orders", "--grant", database.Role)).ExitCode);

        await started.BecomesReadyAsync();
        Assert.Equal(System.Net.HttpStatusCode.OK, await started.StatusAsync("/api/products"));
    }

    [Fact]
    public async Task Migrating_again_applies_nothing_and_the_service_keeps_its_rights()
    {
        await using var database = await DeployedDatabase.CreateAsync(backends);
        var first = await database.MigrateAsync("orders", "--grant", database.Role);
        var second = await database.MigrateAsync("orders", "--grant", database.Role);

        Assert.Contains("orders: 1 migrations applied 2", first.Output, StringComparison.Ordinal);
        Assert.Contains("orders: 0 migrations applied\n", second.Output, StringComparison.Ordinal);
        Assert.Equal(0L, await database.ExecuteAsync(database.Role, "SELECT count(*) FROM orders.products"));
    }

    /// <summary>During a roll-out the old version runs on the new schema: add first, remove later.</summary>
    [Theory]
    [MemberData(nameof(Services))]
    public async Task A_version_runs_on_the_schema_of_the_next_one(string service)
    {
        await using var database = await DeployedDatabase.CreateAsync(backends);
        Assert.Equal(0, (await database.MigrateAsync(service, "--grant", database.Role)).ExitCode);
        // What the next version may do: tables, columns with a default, columns without a value.
        await database.ExecuteAsync(
            database.Migrator,
            $"""
            DO $$
            DECLARE one text;
            BEGIN
                FOR one IN SELECT format('%I.%I', schemaname, tablename) FROM pg_tables
                    WHERE schemaname IN ('{service}', 'bank') AND tablename <> '__EFMigrationsHistory'
                LOOP
                    EXECUTE 'ALTER TABLE ' || one || ' ADD next_text text, ADD next_number int NOT NULL DEFAULT 7';
                END LOOP;
            END
            $$;
            CREATE TABLE {service}.next_table (id int PRIMARY KEY);
            INSERT INTO {service}."__EFMigrationsHistory" VALUES ('29990101000000_Next', '99.0.0')
            """);

        await using var started = await DeployedService.StartAsync(service, database.ConnectionOf(database.Role));

        await started.BecomesReadyAsync();
        if (service == "users")
            Assert.Equal(1L, await database.ExecuteAsync(database.Role, "SELECT count(*) FROM users.signing_keys"));
    }

    [Fact]
    public async Task A_role_for_an_identity_is_made_by_the_function_that_azure_has()
    {
        await using var database = await DeployedDatabase.CreateAsync(backends, withRole: false);
        var identity = Guid.CreateVersion7();
        // Azure's own keeps the identity in a security label; here the comment of the role shows what was asked for.
        await using (var azure = NpgsqlDataSource.Create(
            new NpgsqlConnectionStringBuilder(backends.Postgres) { Database = "postgres", Pooling = false }))
        await using (var function = azure.CreateCommand(
            """
            CREATE OR REPLACE FUNCTION pgaadauth_create_principal_with_oid(
                name text, object_id text, object_type text, is_admin boolean, is_mfa boolean) RETURNS text
            LANGUAGE plpgsql SECURITY DEFINER AS $$
            BEGIN
                EXECUTE format('CREATE ROLE %I LOGIN', name);
                EXECUTE format(
                    'COMMENT ON ROLE %I IS %L', name, concat_ws(' ', object_id, object_type, is_admin, is_mfa));
                RETURN name;
            END
            $$
            """))
            await function.ExecuteNonQueryAsync(Cancel);

        string[] arguments = ["--grant", database.Role, "--object-id", identity.ToString()];
        var first = await database.MigrateAsync("payments", arguments);
        var second = await database.MigrateAsync("payments", arguments);

        Assert.True(first.ExitCode == 0 && second.ExitCode == 0, first.Error + second.Error);
        Assert.Equal(
            $"{identity} service f f",
            await database.ExecuteAsync(
                database.Migrator,
                $"""
                SELECT shobj_description(oid, 'pg_authid') FROM pg_roles
                WHERE rolname = '{database.Role}' AND has_database_privilege(oid, current_database(), 'CONNECT')
                """));
    }

    [Fact]
    public async Task It_fails_when_it_cannot_close_the_database_to_others()
    {
        await using var database = await DeployedDatabase.CreateAsync(backends);
        await database.AsServerAsync($"ALTER DATABASE {database.Name} OWNER TO postgres");
        await database.AsServerAsync($"GRANT CREATE ON DATABASE {database.Name} TO {database.Migrator}");

        var result = await database.MigrateAsync("orders", "--grant", database.Role);

        Assert.Equal(1, result.ExitCode);
        Assert.StartsWith("Every role of the server can open", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_role_that_does_not_exist_is_refused()
    {
        await using var database = await DeployedDatabase.CreateAsync(backends, withRole: false);

        var result = await database.MigrateAsync("orders", "--grant", database.Role);

        Assert.Equal(1, result.ExitCode);
        Assert.Contains(database.Role, result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("migrate", "--grnt", "role")]
    [InlineData("migrate", "--grant")]
    [InlineData("migrate", "--grant", "role", "--object-id", "me")]
    [InlineData("migrat")]
    public async Task What_is_not_understood_changes_nothing(string command, params string[] arguments)
    {
        await using var database = await DeployedDatabase.CreateAsync(backends);

        var result = await DeployedDatabase.RunAsync(
            "orders", command, arguments, database.ConnectionOf(database.Migrator));

        Assert.Equal(2, result.ExitCode);
        Assert.Contains("migrate [--grant <role>", result.Error, StringComparison.Ordinal);
        Assert.Equal(0L, await database.ExecuteAsync(
            database.Migrator, "SELECT count(*) FROM pg_namespace WHERE nspname = 'orders'"));
    }

    [Fact]
    public async Task The_program_of_a_service_has_it()
    {
        await using var database = await DeployedDatabase.CreateAsync(backends);
        var program = ServiceProgram.Of("Shop.Shipping");

        var migrated = await program.RunAsync(
            ["migrate", "--grant", database.Role],
            ("ConnectionStrings__shippingdb", database.ConnectionOf(database.Migrator)));
        var unknown = await program.RunAsync(["migrat"]);

        Assert.True(migrated.ExitCode == 0, migrated.Output + migrated.Error);
        Assert.Contains("shipping: 1 migrations applied", migrated.Output, StringComparison.Ordinal);
        Assert.Equal(2, unknown.ExitCode);
    }
}
