using System.ComponentModel;
using System.Diagnostics;
using Npgsql;
using Spectre.Console;
using Spectre.Console.Cli;

namespace Shop.Load;

/// <summary>
/// Fills ordersdb with orders that were delivered long ago, to see what a large table costs. The server makes the rows:
/// nothing but statements has to travel.
/// </summary>
internal sealed class SeedCommand : AsyncCommand<SeedCommand.Settings>
{
    private const int Batch = 100_000;
    private const int TimeoutSeconds = 600;

    private const string Insert =
        """
        INSERT INTO orders.orders (id, customer_id, lines, ship_to, currency, shipping_amount, total_amount,
            payment_token, placed_at, status, payment, parcel, since, asked, deadline_at, version, history)
        SELECT uuidv7, md5((number % $3)::text)::uuid,
            jsonb_build_array(jsonb_build_object('productId', md5((number % 24)::text)::uuid, 'sku', 'L-1',
                'name', 'Load Lamp', 'quantity', 1,
                'price', jsonb_build_object('amount', 1000, 'currency', 'EUR'))),
            jsonb_build_object('name', 'Ada Example', 'line1', 'Invalidenstr. 1', 'city', 'Berlin',
                'postalCode', '10115', 'country', 'DE'),
            'EUR', 490, 1490, 'tok_visa', at, 'Delivered', 'Charged', 'Left', at, 0, NULL, 5, '[]'
        FROM (
            SELECT number, at, encode(substring(int8send((extract(epoch FROM at) * 1000)::bigint) FROM 3)
                || decode('7' || substr(md5(number::text), 1, 3) || 'a' || substr(md5(number::text), 4, 15),
                    'hex'), 'hex')::uuid AS uuidv7
            FROM (
                SELECT number, now() - interval '30 days' - number * interval '1 second' AS at
                FROM generate_series($1::bigint, $1 + $2 - 1) AS number
            ) AS numbers
        ) AS rows
        """;

    internal sealed class Settings : CommandSettings
    {
        [CommandArgument(0, "<orders>")]
        [Description("How many.")]
        public long Orders { get; init; }

        [CommandOption("--connection")]
        [Description("The connection string of ordersdb, on this machine.")]
        public required string Connection { get; init; }

        [CommandOption("--customers")]
        [Description("Among how many customers.")]
        [DefaultValue(10_000)]
        public int Customers { get; init; }

        public override ValidationResult Validate() =>
            Orders < 1 || Customers < 1
                ? ValidationResult.Error("At least one order and one customer.")
                : new NpgsqlConnectionStringBuilder(Connection).Host is "localhost" or "127.0.0.1" or "::1"
                    ? ValidationResult.Success()
                    : ValidationResult.Error("That database is not on this machine.");
    }

    public override async Task<int> ExecuteAsync(
        CommandContext context, Settings settings, CancellationToken cancellationToken)
    {
        await using var source = NpgsqlDataSource.Create(settings.Connection);
        var watch = Stopwatch.StartNew();
        await AnsiConsole.Progress().StartAsync(progress =>
        {
            var task = progress.AddTask("Orders", maxValue: settings.Orders);
            return SeedAsync(source, 0, settings.Orders, settings.Customers, task.Increment, cancellationToken);
        });
        AnsiConsole.MarkupLineInterpolated($"{settings.Orders} orders in {watch.Elapsed.TotalSeconds:0} s.");
        return 0;
    }

    /// <summary>Makes the orders with these numbers, which decide their ids, customers and times.</summary>
    /// <param name="orders">ordersdb.</param>
    /// <param name="first">The first number.</param>
    /// <param name="end">The number after the last.</param>
    /// <param name="customers">Among how many customers.</param>
    /// <param name="made">Is told how many more there are.</param>
    /// <param name="cancel">Stops between two batches.</param>
    public static async Task SeedAsync(
        NpgsqlDataSource orders, long first, long end, int customers, Action<double> made, CancellationToken cancel)
    {
        for (var next = first; next < end; next += Batch)
        {
            var count = Math.Min(Batch, end - next);
            await using var insert = orders.CreateCommand(Insert);
            insert.CommandTimeout = TimeoutSeconds;
            insert.Parameters.Add(new() { Value = next });
            insert.Parameters.Add(new() { Value = count });
            insert.Parameters.Add(new() { Value = customers });
            await insert.ExecuteNonQueryAsync(cancel);
            made(count);
        }

        // What autovacuum would do soon, and would disturb a measurement with.
        await using var vacuum = orders.CreateCommand("VACUUM ANALYZE orders.orders");
        vacuum.CommandTimeout = TimeoutSeconds;
        await vacuum.ExecuteNonQueryAsync(cancel);
    }
}
