using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;
using Shop.ServiceDefaults;

namespace Shop.Data;

/// <summary>
/// The role that a service signs in with when another one owns its tables: it opens one database, and there it reads
/// and writes rows.
/// </summary>
internal static class DatabaseRole
{
    /// <summary>
    /// Makes sure that the role exists. A role for an identity in Entra is made by a function that Azure has in the
    /// database <c>postgres</c> and that its administrators may call.
    /// </summary>
    /// <exception cref="ServiceCommandException">There is no such role, and nothing to make it from.</exception>
    public static async Task EnsureAsync(
        DbContext db, IServiceProvider services, string role, Guid? identity, CancellationToken cancel)
    {
        if (await ExistsAsync(db, role, cancel))
            return;

        if (identity is not { } objectId)
            throw new ServiceCommandException(
                $"There is no role \"{role}\". Create it, or name the identity that it stands for by --object-id.");

        await using var server = ServerOf(db, services);
        await using var create = server.CreateCommand(
            "SELECT pgaadauth_create_principal_with_oid($1, $2, 'service', false, false)");
        create.Parameters.Add(new() { Value = role });
        create.Parameters.Add(new() { Value = objectId.ToString("D", CultureInfo.InvariantCulture) });
        await create.ExecuteNonQueryAsync(cancel);
    }

    /// <summary>
    /// Gives the role the rows of a schema and takes all else away, from it and from roles that were never named. In
    /// one transaction: a service that runs meanwhile notices nothing.
    /// </summary>
    public static async Task GrantAsync(DbContext db, string schema, string role, CancellationToken cancel)
    {
        var names = db.GetService<ISqlGenerationHelper>();
        var database = names.DelimitIdentifier(db.Database.GetDbConnection().Database);
        var (from, to) = (names.DelimitIdentifier(schema), names.DelimitIdentifier(role));
        var history = names.DelimitIdentifier(Databases.HistoryTable, schema);
        await using var transaction = await db.Database.BeginTransactionAsync(cancel);
        // Names can't be parameters; they are delimited above.
#pragma warning disable EF1002
        await db.Database.ExecuteSqlRawAsync(
            $"""
            REVOKE CONNECT, TEMPORARY ON DATABASE {database} FROM PUBLIC;
            REVOKE CREATE ON SCHEMA public FROM PUBLIC;
            GRANT CONNECT ON DATABASE {database} TO {to};
            GRANT USAGE ON SCHEMA {from} TO {to};
            REVOKE ALL ON ALL TABLES IN SCHEMA {from} FROM {to};
            GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {from} TO {to};
            REVOKE INSERT, UPDATE, DELETE ON {history} FROM {to};
            GRANT USAGE ON ALL SEQUENCES IN SCHEMA {from} TO {to};
            """,
            cancel);
#pragma warning restore EF1002
        // Whoever does not own the database gets a warning for a REVOKE that did nothing, not an error.
        var isOpen = await db.Database
            .SqlQuery<bool>($"SELECT has_database_privilege('public', current_database(), 'CONNECT') AS \"Value\"")
            .SingleAsync(cancel);
        if (isOpen)
            throw new ServiceCommandException(
                $"Every role of the server can open {database}: only its owner can change that, and is not you.");

        await transaction.CommitAsync(cancel);
    }

    private static Task<bool> ExistsAsync(DbContext db, string role, CancellationToken cancel) => db.Database
        .SqlQuery<bool>($"SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = {role}) AS \"Value\"")
        .SingleAsync(cancel);

    private static NpgsqlDataSource ServerOf(DbContext db, IServiceProvider services)
    {
        var settings = new NpgsqlConnectionStringBuilder(
            // The connection has forgotten its password by now.
            RelationalOptionsExtension.Extract(db.GetService<IDbContextOptions>()).ConnectionString)
        {
            Database = "postgres",
            Pooling = false,
        };
        var source = new NpgsqlDataSourceBuilder(settings.ConnectionString);
        source.UseEntraToken(services);
        return source.Build();
    }
}
