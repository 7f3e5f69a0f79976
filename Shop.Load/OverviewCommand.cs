using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Aspire.Hosting.ApplicationModel;
using Spectre.Console;
using Spectre.Console.Cli;

namespace Shop.Load;

/// <summary>How soon and how completely an order is shown while one of the services is stopped.</summary>
internal sealed class OverviewCommand : AsyncCommand<OverviewCommand.Settings>
{
    private const int Orders = 20;
    private const double PerSecond = 20;
    private static readonly string?[] Stopped = [null, "users", "payments", "shipping"];

    internal sealed class Settings : ShopSettings
    {
        protected override string WhyStartedHere => "Services are stopped";
    }

    public override async Task<int> ExecuteAsync(
        CommandContext context, Settings settings, CancellationToken cancellationToken)
    {
        await using var shop = await ShopUnderLoad.StartAsync([], cancellationToken);
        using var client = shop.NewClient();
        var customer = await ShopApi.SignInAsync(
            client, await ShopApi.RegisterAsync(client, cancellationToken), cancellationToken);
        var orders = await PlaceAsync(client, customer, cancellationToken);
        await using (var deliveries = new Deliveries(await shop.ConnectionAsync("ordersdb", cancellationToken)))
            await deliveries.AllAsync(cancellationToken);

        await MeasureAsync(settings.WarmUp);

        var lost = SpinProbe.Lost();
        var table = new Table().AddColumns("stopped", "done", "failed", "p50", "p99", "answers");
        foreach (var service in Stopped)
        {
            if (service is not null)
                await shop.CommandAsync(service, KnownResourceCommands.StopCommand, cancellationToken);

            var (measured, answers) = await MeasureAsync(settings.Duration);
            table.AddRow(
                service ?? "nothing",
                Report.Text(measured.Done, "0"),
                Report.Text(measured.Failed, "0"),
                Report.Text(measured.Percentile(50), "0.0 ms"),
                Report.Text(measured.Percentile(99), "0.0 ms"),
                Markup.Escape(string.Join(", ", answers.Select(answer => $"{answer.Value} {answer.Key}"))));
            if (service is not null)
                await shop.CommandAsync(service, KnownResourceCommands.StartCommand, cancellationToken);
        }

        table.Caption(Report.Text(lost * 100, "0'% of a spinning thread was lost to others'"));
        AnsiConsole.Write(table);
        return 0;

        async Task<(Measurement Measured, IReadOnlyDictionary<string, int> Answers)> MeasureAsync(TimeSpan duration)
        {
            var answers = new ConcurrentDictionary<string, int>();
            var measured = await Loops.OpenAsync(PerSecond, duration, OnceAsync, cancellationToken);
            return (measured, answers);

            async Task<bool> OnceAsync()
            {
                using var answer = await ShopApi.GetAsync(
                    client,
                    $"/api/orders/{Random.Shared.GetItems(orders, 1)[0]}/overview",
                    customer,
                    cancellationToken);
                var content = await answer.Content.ReadFromJsonAsync<JsonNode>(cancellationToken);
                var unavailable = content?["unavailable"]?.AsArray() is [_, ..] parts
                    ? $" without {string.Join(", ", parts)}"
                    : "";
                answers.AddOrUpdate($"{(int)answer.StatusCode}{unavailable}", 1, (_, count) => count + 1);
                return answer.IsSuccessStatusCode;
            }
        }
    }

    private static async Task<Guid[]> PlaceAsync(
        HttpClient client, AuthenticationHeaderValue customer, CancellationToken cancel)
    {
        List<Guid> orders = [];
        var product = (await ShopApi.NewProductsAsync(client, 1, cancel))[0];
        while (orders.Count < Orders)
        {
            using var placed = await ShopApi.OrderAsync(client, customer, product, cancel);
            orders.Add(await ShopApi.IdAsync(placed, cancel));
        }

        return [.. orders];
    }
}
