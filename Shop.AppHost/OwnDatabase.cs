using Npgsql;

namespace Shop.AppHost;

internal static class OwnDatabase
{
    /// <summary>
    /// A database that this module alone can open. In run mode it signs in with a role of its name, which owns the
    /// database and may do nothing else on the server. In production the deployment does this (docs/deployment.md), so
    /// the manifest keeps Aspire's plain reference.
    /// </summary>
    public static IResourceBuilder<ProjectResource> WithOwnDatabase(
        this IResourceBuilder<ProjectResource> service, IResourceBuilder<PostgresDatabaseResource> database)
    {
        service.WaitFor(database);
        if (service.ApplicationBuilder.ExecutionContext.IsPublishMode)
            return service.WithReference(database);

        // Not the name of the process: several modules may share it, and a module may move.
        var role = database.Resource.DatabaseName[..^"db".Length];
        var password = service.ApplicationBuilder.CreatePassword($"{database.Resource.Name}-password");
        var server = database.Resource.Parent;
        var name = database.Resource.DatabaseName;
        // Services that wait for the database also wait for its role.
        database.OnResourceReady(async (_, _, cancel) =>
            await CreateRoleAsync(database.Resource, role, (await password.Resource.GetValueAsync(cancel))!, cancel));
        // Not WithReference: that would also hand over the server's own user and password, as variables of their own.
        return service
            .WithReferenceRelationship(database)
            .WithEnvironment(
                $"ConnectionStrings__{database.Resource.Name}",
                ReferenceExpression.Create(
                    $"Host={server.Host};Port={server.Port};Username={role};Password={password};Database={name}"));
    }

    private static IResourceBuilder<ParameterResource> CreatePassword(
        this IDistributedApplicationBuilder builder, string name) =>
        builder.AddParameter(
            name,
            new GenerateParameterDefault { MinLength = 22, Special = false },
            secret: true,
            persist: true);

    private static async Task CreateRoleAsync(
        PostgresDatabaseResource database, string role, string password, CancellationToken cancel)
    {
        await using var source = NpgsqlDataSource.Create(
            (await database.ConnectionStringExpression.GetValueAsync(cancel))! + ";Pooling=false");
        await using var connection = await source.OpenConnectionAsync(cancel);
        // One transaction at a time over all databases: roles belong to the server.
        await using var transaction = await connection.BeginTransactionAsync(cancel);
        await using var command = new NpgsqlCommand(
            Sql(database.DatabaseName, role, password), connection, transaction);
        await command.ExecuteNonQueryAsync(cancel);
        await transaction.CommitAsync(cancel);
    }

    // The password is generated from letters and digits; names come from AppHost.cs.
    private static string Sql(string database, string role, string password) => $"""
        DO $$
        DECLARE
            statement text;
        BEGIN
            PERFORM pg_advisory_xact_lock(hashtext('roles'));
            IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}') THEN
                CREATE ROLE "{role}" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE;
            END IF;
            ALTER ROLE "{role}" PASSWORD '{password}';
            ALTER DATABASE "{database}" OWNER TO "{role}";
            REVOKE CONNECT, TEMPORARY ON DATABASE "{database}" FROM PUBLIC;
            -- Data from the time when every service was the superuser.
            FOR statement IN
                SELECT format('ALTER SCHEMA %I OWNER TO %I', nspname, '{role}') FROM pg_namespace
                WHERE nspname !~ '^pg_' AND nspname NOT IN ('information_schema', 'public')
                UNION ALL
                SELECT format('ALTER %s %I.%I OWNER TO %I',
                    CASE relkind WHEN 'S' THEN 'SEQUENCE' WHEN 'v' THEN 'VIEW' ELSE 'TABLE' END,
                    nspname, relname, '{role}')
                FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace
                WHERE relkind IN ('r', 'p', 'v', 'S') AND nspname !~ '^pg_' AND nspname <> 'information_schema'
                  AND NOT EXISTS (
                      SELECT FROM pg_depend d
                      WHERE d.objid = pg_class.oid AND d.deptype IN ('a', 'i') AND relkind = 'S')
            LOOP
                EXECUTE statement;
            END LOOP;
        END
        $$
        """;
}
