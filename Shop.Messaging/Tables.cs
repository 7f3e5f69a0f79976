using Microsoft.EntityFrameworkCore;

namespace Shop.Messaging;

/// <summary>The tables of a module, quoted and with their schema, for statements that LINQ can't express.</summary>
internal sealed record Tables(string Outbox, string Sent, string Stream, string Inbox)
{
    public static Tables Of(DbContext db)
    {
        return new(
            Table<OutboxMessage>(),
            Table<SentMessage>(),
            Table<StreamState>(),
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
