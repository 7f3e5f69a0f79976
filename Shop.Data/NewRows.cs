using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Metadata;
using Npgsql;
using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;

namespace Shop.Data;

/// <summary>
/// Stores new rows together with another statement, in one round trip and without what SaveChanges takes to write its
/// SQL anew each time. For the few use cases whose speed matters that much; see ADR 0036.
/// </summary>
public static class NewRows
{
    private const string InsertAnnotation = "Shop:Insert";

    /// <summary>Whether the context tracks nothing but rows that are not stored yet.</summary>
    /// <param name="db">The context.</param>
    public static bool HasOnlyNewRows(this DbContext db) =>
        db.TrackedRows().All(row => row.State == EntityState.Added);

    /// <summary>
    /// Stores the rows that were added to the context, and then executes a statement. The rows are tracked as saved
    /// afterwards, but for those whose key is a number that the database gives: it is not read. Interceptors of
    /// SaveChanges are not called.
    /// </summary>
    /// <param name="db">The context, in a transaction.</param>
    /// <param name="then">What is executed last.</param>
    /// <param name="cancel">Gives up; the caller must roll back.</param>
    /// <returns>How many rows were stored, and how many the statement changed.</returns>
    /// <exception cref="DbUpdateException">As SaveChanges throws it; the caller must roll back.</exception>
    /// <exception cref="NotSupportedException">
    /// A row has complex properties, shadow properties, computed columns or foreign keys: it is for SaveChanges.
    /// </exception>
    public static async Task<(int Stored, int Changed)> InsertAsync(
        this DbContext db, NpgsqlBatchCommand then, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(db);
        ArgumentNullException.ThrowIfNull(then);
        if (db.Database.CurrentTransaction is null)
            throw new InvalidOperationException("New rows are stored within a transaction, and there is none.");

        (EntityEntry Row, Insert Into)[] rows =
        [
            .. from row in db.TrackedRows()
               where row.State == EntityState.Added
               select (row, InsertInto(row.Metadata)),
        ];
        await using var batch = db.NewBatch();
        foreach (var (row, into) in rows)
            batch.BatchCommands.Add(into.Of(row.Entity));

        batch.BatchCommands.Add(then);
        try
        {
            await batch.ExecuteNonQueryAsync(cancel);
        }
        catch (NpgsqlException failure)
        {
            throw new DbUpdateException("New rows could not be stored.", failure);
        }

        foreach (var (row, into) in rows)
            row.State = into.HasNumberAsKey ? EntityState.Detached : EntityState.Unchanged;

        return (rows.Length, checked((int)then.RecordsAffected));
    }

    private static Insert InsertInto(IEntityType type) => type.GetOrAddRuntimeAnnotationValue(
        InsertAnnotation, static type => new Insert(type!), type);

    /// <summary>What a context needs to know to store an entity of a type, found out once.</summary>
    private sealed class Insert
    {
        // Only makes parameters.
        private static readonly NpgsqlCommand Parameters = new();

        private readonly string _sql;
        private readonly IColumnMapping[] _columns;

        public Insert(IEntityType type)
        {
            var table = type.GetTableMappings().Single();
            _columns = [.. table.ColumnMappings.Where(column => !IsNumbered(column.Property))];
            if (type.GetComplexProperties().Any()
                || type.GetForeignKeys().Any()
                || _columns.Any(column => IsBeyondUs(column.Property)))
            {
                throw new NotSupportedException($"{type.DisplayName()} is more than a row of plain columns.");
            }

            HasNumberAsKey = type.FindPrimaryKey()!.Properties.Any(IsNumbered);
            var names = string.Join(", ", _columns.Select(column => $"\"{column.Column.Name}\""));
            var values = string.Join(", ", _columns.Select((_, index) => $"${index + 1}"));
            _sql = $"INSERT INTO {table.Table.SchemaQualifiedName} ({names}) VALUES ({values})";
        }

        public bool HasNumberAsKey { get; }

        public NpgsqlBatchCommand Of(object entity)
        {
            var command = new NpgsqlBatchCommand(_sql);
            foreach (var column in _columns)
            {
                command.Parameters.Add(column.TypeMapping.CreateParameter(
                    Parameters, "", column.Property.GetGetter().GetClrValue(entity), column.Column.IsNullable));
            }

            return command;
        }

        private static bool IsNumbered(IProperty property) =>
            property.GetValueGenerationStrategy() != NpgsqlValueGenerationStrategy.None;

        private static bool IsBeyondUs(IProperty property) =>
            property.IsShadowProperty() || property.GetComputedColumnSql() is not null;
    }
}
