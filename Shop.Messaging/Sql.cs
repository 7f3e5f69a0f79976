using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Shop.Messaging;

/// <summary>Statements that EF Core can't express, on the connection and in the transaction of a context.</summary>
internal static class Sql
{
    public static Task<int> ExecuteAsync(
        this DbContext db, string sql, CancellationToken cancel, params object[] values) =>
        RunAsync(db, sql, values, command => command.ExecuteNonQueryAsync(cancel), cancel);

    public static Task<List<T>> QueryAsync<T>(
        this DbContext db, string sql, Func<NpgsqlDataReader, T> read, CancellationToken cancel, params object[] values)
    {
        return RunAsync(db, sql, values, ReadAsync, cancel);

        async Task<List<T>> ReadAsync(NpgsqlCommand command)
        {
            await using var reader = await command.ExecuteReaderAsync(cancel);
            List<T> rows = [];
            while (await reader.ReadAsync(cancel))
                rows.Add(read(reader));

            return rows;
        }
    }

    private static async Task<T> RunAsync<T>(
        DbContext db, string sql, object[] values, Func<NpgsqlCommand, Task<T>> run, CancellationToken cancel)
    {
        await db.Database.OpenConnectionAsync(cancel);
        try
        {
            await using var command = new NpgsqlCommand(sql, (NpgsqlConnection)db.Database.GetDbConnection());
            foreach (var value in values)
                command.Parameters.Add(new() { Value = value });

            return await run(command);
        }
        finally
        {
            await db.Database.CloseConnectionAsync();
        }
    }
}

/// <summary>The tables of a module, quoted and with their schema.</summary>
internal sealed record Tables(string Outbox, string Sent, string Stream, string Subscribers, string Inbox)
{
    public static Tables Of(DbContext db)
    {
        return new(
            Table<OutboxMessage>(),
            Table<SentMessage>(),
            Table<StreamState>(),
            Table<Subscriber>(),
            Table<InboxMessage>());

        string Table<TEntity>()
        {
            var entity = db.Model.FindEntityType(typeof(TEntity))
                ?? throw new InvalidOperationException($"The model of {db.GetType().Name} lacks AddMessaging().");
            var table = $"\"{entity.GetTableName()}\"";
            return entity.GetSchema() is { } schema ? $"\"{schema}\".{table}" : table;
        }
    }
}
