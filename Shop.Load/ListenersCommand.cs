using System.ComponentModel;
using Spectre.Console;
using Spectre.Console.Cli;

namespace Shop.Load;

/// <summary>
/// What customers cost who keep their orders open while nothing happens: the memory that each process has more of, and
/// its share of a processor core, beside what it takes without them.
/// </summary>
internal sealed class ListenersCommand : AsyncCommand<ListenersCommand.Settings>
{
    // So many at a time: a browser comes alone, and what a crowd needs to come in is another question.
    private const int AtATime = 10;

    internal sealed class Settings : ShopSettings
    {
        [CommandOption("--count")]
        [Description("How many listen.")]
        [DefaultValue(1000)]
        public int Count { get; init; }

        protected override string WhyStartedHere => "Processes are measured";

        public override ValidationResult Validate() =>
            Count < AtATime
                ? ValidationResult.Error($"{AtATime} come at a time.")
                : base.Validate();
    }

    public override async Task<int> ExecuteAsync(
        CommandContext context, Settings settings, CancellationToken cancellationToken)
    {
        await using var shop = await ShopUnderLoad.StartAsync(
            [$"--Services:orders:Settings:Orders:Live:PerUser={settings.Count}"], cancellationToken);
        using var client = shop.NewClient();
        var customers = new Customers(count: 10);
        await customers.RegisterAsync(client, cancellationToken);
        // The code that serves a listener is compiled before anything is measured.
        await using (await ListenAsync(AtATime))
            await Task.Delay(settings.WarmUp, cancellationToken);

        var empty = await shop.RestAsync(settings.Duration, cancellationToken);
        await using var listeners = await ListenAsync(settings.Count);
        await Task.Delay(settings.WarmUp, cancellationToken);
        var full = await shop.RestAsync(settings.Duration, cancellationToken);
        listeners.AllListen();

        var table = new Table().AddColumns("process", "memory, MB", "more, MB", "CPU, % of a core", "without");
        foreach (var (now, then) in full.Zip(empty))
            AddRow(now.Name, now.Megabytes, then.Megabytes, now.Share, then.Share);

        AddRow(
            "all",
            full.Sum(one => one.Megabytes), empty.Sum(one => one.Megabytes),
            full.Sum(one => one.Share), empty.Sum(one => one.Share));
        table.Caption($"{settings.Count} listen.");
        AnsiConsole.Write(table);
        return 0;

        void AddRow(string name, double megabytes, double before, double share, double shareBefore) => table.AddRow(
            name,
            Report.Text(megabytes, "0"),
            Report.Text(megabytes - before, "0"),
            Report.Text(share, "0.0"),
            Report.Text(shareBefore, "0.0"));

        async Task<Listeners> ListenAsync(int count)
        {
            var listeners = new Listeners();
            for (var number = 0; number < count; number += AtATime)
                await Task.WhenAll(Enumerable.Range(0, AtATime).Select(_ => AddAsync(listeners)));

            return listeners;
        }

        async Task AddAsync(Listeners listeners) => listeners.Add(await ShopApi.FollowAsync(
            client, await customers.AnyAsync(client, cancellationToken), cancellationToken));
    }

    /// <summary>Connections whose events are read and forgotten.</summary>
    private sealed class Listeners : IAsyncDisposable
    {
        private readonly List<(Stream Events, Task Reading)> _open = [];

        public void Add(Stream events)
        {
            lock (_open)
                _open.Add((events, events.CopyToAsync(Stream.Null)));
        }

        /// <exception cref="InvalidOperationException">Some were turned away meanwhile.</exception>
        public void AllListen()
        {
            if (_open.Count(one => one.Reading.IsCompleted) is > 0 and var gone)
                throw new InvalidOperationException($"{gone} of {_open.Count} listen no longer.");
        }

        public async ValueTask DisposeAsync()
        {
            foreach (var (events, reading) in _open)
            {
                await events.DisposeAsync();
                await reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }
}
