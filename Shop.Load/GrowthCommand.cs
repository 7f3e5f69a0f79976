using System.ComponentModel;
using System.Globalization;
using Npgsql;
using Spectre.Console;
using Spectre.Console.Cli;

namespace Shop.Load;

/// <summary>
/// Whether a request takes longer when there are more orders: the same requests of one shop, with ever more orders of
/// others that were delivered long ago.
/// </summary>
internal sealed class GrowthCommand : AsyncCommand<GrowthCommand.Settings>
{
    private const int RequestsPerSecond = 20;
    private const int SeededCustomers = 10_000;
    private const int OwnOrders = 30;
    private const int Middle = 50;

    private static readonly (string Path, bool ByOperator)[] Reads =
    [
        ("/api/orders?limit=20", ByOperator: false),
        ("/api/orders/{order}", ByOperator: false),
        ("/api/products?limit=20", ByOperator: false),
        ("/api/orders/waiting", ByOperator: true),
        ("/api/orders/statistics", ByOperator: true),
        ("/api/orders/{order}/process", ByOperator: true),
    ];

    internal sealed class Settings : ShopSettings
    {
        [CommandOption("--orders")]
        [Description("How many orders there are at each measurement.")]
        [DefaultValue("100000,1000000")]
        public required string Orders { get; init; }

        public long[] Sizes => [.. Orders.Split(',').Select(size => long.Parse(size, CultureInfo.InvariantCulture))];

        protected override string WhyStartedHere => "The database is filled";

        public override ValidationResult Validate() =>
            !Orders.Split(',').All(size => long.TryParse(size, CultureInfo.InvariantCulture, out var number)
                && number > 0)
                ? ValidationResult.Error("--orders takes numbers, such as 100000,1000000.")
                : base.Validate();
    }

    public override async Task<int> ExecuteAsync(
        CommandContext context, Settings settings, CancellationToken cancellationToken)
    {
        await using var shop = await ShopUnderLoad.StartAsync([], cancellationToken);
        using var client = shop.NewClient();
        var connection = await shop.ConnectionAsync("ordersdb", cancellationToken);
        await using var database = NpgsqlDataSource.Create(connection);
        await using var deliveries = new Deliveries(connection);
        var buy = new Buy();
        await buy.PrepareAsync(client, cancellationToken);
        var email = await ShopApi.RegisterAsync(client, cancellationToken);
        var order = await OrderAsync(client, email, cancellationToken);
        await deliveries.AllAsync(cancellationToken);

        var (table, rows, seeded) = (new Table().AddColumn("median, ms"), new Dictionary<string, List<double>>(), 0L);
        foreach (var size in settings.Sizes.Order())
        {
            await SeedCommand.SeedAsync(database, seeded, size, SeededCustomers, _ => { }, cancellationToken);
            seeded = size;
            table.AddColumn(size.ToString("N0", CultureInfo.InvariantCulture) + " orders");
            // A token ends after ten minutes.
            var asCustomer = await ShopApi.SignInAsync(client, email, cancellationToken);
            var asOperator = await ShopApi.SignInAsOperatorAsync(client, cancellationToken);
            foreach (var (path, byOperator) in Reads)
            {
                await MeasureAsync($"GET {path}", async () =>
                {
                    using var answer = await ShopApi.GetAsync(
                        client,
                        path.Replace("{order}", $"{order}", StringComparison.Ordinal),
                        byOperator ? asOperator : asCustomer,
                        cancellationToken);
                    return answer.IsSuccessStatusCode;
                });
            }

            await MeasureAsync("POST /api/orders", () => buy.OnceAsync(client, cancellationToken));
            await deliveries.AllAsync(cancellationToken);
        }

        foreach (var (name, medians) in rows)
            table.AddRow([Markup.Escape(name), .. medians.Select(Text)]);

        AnsiConsole.Write(table);
        return 0;

        async Task MeasureAsync(string name, Func<Task<bool>> action)
        {
            await Loops.OpenAsync(RequestsPerSecond, settings.WarmUp, action, cancellationToken);
            var measured = await Loops.OpenAsync(RequestsPerSecond, settings.Duration, action, cancellationToken);
            rows.TryAdd(name, []);
            rows[name].Add(measured.Checked().Percentile(Middle));
        }
    }

    private static string Text(double time) => Report.Text(time, "0.0");

    // The list of the customer's own orders has more than one page.
    private static async Task<Guid> OrderAsync(HttpClient client, string email, CancellationToken cancel)
    {
        var token = await ShopApi.SignInAsync(client, email, cancel);
        var product = (await ShopApi.NewProductsAsync(client, 1, cancel))[0];
        Guid id = default;
        for (var number = 0; number < OwnOrders; number++)
        {
            using var answer = await ShopApi.OrderAsync(client, token, product, cancel);
            id = await ShopApi.IdAsync(answer, cancel);
        }

        return id;
    }
}
