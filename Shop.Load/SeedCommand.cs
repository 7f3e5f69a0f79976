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
        await AnsiConsole.Progress().StartAsync(async progress =>
        {
            var task = progress.AddTask("Orders", maxValue: settings.Orders);
            for (var made = 0L; made < settings.Orders; made += Batch)
            {
                var count = Math.Min(Batch, settings.Orders - made);
                await using var insert = source.CreateCommand(
                    """
                    INSERT INTO orders.orders (id, customer_id, lines, ship_to, currency, shipping_amount, total_amount,
                        payment_token, placed_at, status, payment, parcel, since, asked, deadline_at, version, history)
                    SELECT uuidv7, md5((number % $3)::text)::uuid,
                        jsonb_build_array(jsonb_build_object('productId', md5((number % 24)::text)::uuid, 'sku', 'L-1',
                            'name', 'Load Lamp', 'quantity', 1,
                            'price', jsonb_build_object('amount', 1000, 'currency', 'EUR'))),
                        jsonb_build_object('name', 'Ada Example', 'line1', 'Invalidenstr. 1', 'city', 'Berlin',
                            'postalCode', '10115', 'country', 'DE'),
                        'EUR', 490, 1490, 'tok_visa', at, 'Delivered', 'Captured', 'Delivered', at, 0, NULL, 5, '[]'
                    FROM (
                        SELECT number, at, encode(substring(int8send((extract(epoch FROM at) * 1000)::bigint) FROM 3)
                            || decode('7' || substr(md5(number::text), 1, 3) || 'a' || substr(md5(number::text), 4, 15),
                                'hex'), 'hex')::uuid AS uuidv7
                        FROM (
                            SELECT number, now() - interval '30 days' - number * interval '1 second' AS at
                            FROM generate_series($1::bigint, $1 + $2 - 1) AS number
                        ) AS numbers
                    ) AS rows
                    """);
                insert.CommandTimeout = 600;
                insert.Parameters.Add(new() { Value = made });
                insert.Parameters.Add(new() { Value = count });
                insert.Parameters.Add(new() { Value = settings.Customers });
                await insert.ExecuteNonQueryAsync(cancellationToken);
                task.Increment(count);
            }
        });
        await using var analyze = source.CreateCommand("ANALYZE orders.orders");
        await analyze.ExecuteNonQueryAsync(cancellationToken);
        AnsiConsole.MarkupLineInterpolated($"{settings.Orders} orders in {watch.Elapsed.TotalSeconds:0} s.");
        return 0;
    }
}
