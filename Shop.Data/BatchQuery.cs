using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;

namespace Shop.Data;

/// <summary>A query that can be asked together with other statements, in one round trip.</summary>
/// <typeparam name="T">What it finds.</typeparam>
/// <param name="command">The query. It is asked once.</param>
/// <param name="readAsync">Reads all rows of the answer.</param>
public sealed class BatchQuery<T>(
    NpgsqlBatchCommand command, Func<NpgsqlDataReader, CancellationToken, Task<T>> readAsync)
{
    internal NpgsqlBatchCommand Command => command;

    /// <summary>Asks it alone.</summary>
    /// <param name="db">The context whose connection is used.</param>
    /// <param name="cancel">Gives up.</param>
    public async Task<T> AskAsync(DbContext db, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(db);
        await db.Database.OpenConnectionAsync(cancel);
        try
        {
            await using var batch = db.NewBatch();
            batch.BatchCommands.Add(command);
            await using var reader = await batch.ExecuteReaderAsync(cancel);
            return await ReadAsync(reader, cancel);
        }
        finally
        {
            await db.Database.CloseConnectionAsync();
        }
    }

    internal Task<T> ReadAsync(NpgsqlDataReader reader, CancellationToken cancel) => readAsync(reader, cancel);
}

internal static class Batches
{
    /// <summary>An empty batch on the context's connection and in its transaction, if there is one.</summary>
    public static NpgsqlBatch NewBatch(this DbContext db) => new(
        (NpgsqlConnection)db.Database.GetDbConnection(),
        (NpgsqlTransaction?)db.Database.CurrentTransaction?.GetDbTransaction());
}
