using System.Text.RegularExpressions;
using Npgsql;

namespace Shop.Load;

/// <summary>The statements of place-order.sql as one batch: one round trip, which is one transaction.</summary>
internal sealed partial class PlaceOrderBatch(NpgsqlDataSource database)
{
    private const int Products = 24;

    private readonly string[] _statements =
    [
        .. File.ReadLines(PgBench.PathOf("place-order.sql"))
            .Where(line => !line.StartsWith('\\'))
            .Aggregate("", (sql, line) => $"{sql}{line}\n")
            .Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Where(statement => statement is not ("BEGIN" or "COMMIT")),
    ];

    public async Task ExecuteAsync(CancellationToken cancel)
    {
        var (number, key) = ((long)Random.Shared.Next(1, Products + 1), Random.Shared.NextInt64());
        await using var batch = database.CreateBatch();
        foreach (var statement in _statements)
        {
            var command = new NpgsqlBatchCommand(Variable().Replace(statement, "$$1"));
            if (Variable().Match(statement) is { Success: true } variable)
                command.Parameters.Add(new() { Value = variable.Value == ":key" ? key : number });

            batch.BatchCommands.Add(command);
        }

        await batch.ExecuteNonQueryAsync(cancel);
    }

    // Each statement has one at most.
    [GeneratedRegex("(?<!:):(number|key)")]
    private static partial Regex Variable();
}
