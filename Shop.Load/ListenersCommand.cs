using System.ComponentModel;
using System.Globalization;
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

        public override ValidationResult Validate() =>
            Url is not null
                ? ValidationResult.Error("Processes are measured, so the shop has to be started here.")
                : Count < AtATime
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

        var (empty, emptyShare) = await RestAsync();
        await using var listeners = await ListenAsync(settings.Count);
        await Task.Delay(settings.WarmUp, cancellationToken);
        var (full, fullShare) = await RestAsync();
        listeners.AllListen();

        var table = new Table().AddColumns("process", "memory, MB", "more, MB", "CPU, % of a core", "without");
        foreach (var (index, process) in full.Index())
            AddRow(process.Name, process.Megabytes, empty[index].Megabytes, fullShare[index], emptyShare[index]);

        AddRow(
            "all", full.Sum(one => one.Megabytes), empty.Sum(one => one.Megabytes), fullShare.Sum(), emptyShare.Sum());
        table.Caption($"{settings.Count} listen.");
        AnsiConsole.Write(table);
        return 0;

        void AddRow(string name, double megabytes, double before, double share, double shareBefore) => table.AddRow(
            name, Text(megabytes, "0"), Text(megabytes - before, "0"), Text(share, "0.0"), Text(shareBefore, "0.0"));

        async Task<(IReadOnlyList<(string Name, double Megabytes, TimeSpan Cpu)> Last, double[] Share)> RestAsync()
        {
            var before = shop.Processes();
            await Task.Delay(settings.Duration, cancellationToken);
            var after = shop.Processes();
            return (after, [.. after.Zip(before, (now, then) => 100 * ((now.Cpu - then.Cpu) / settings.Duration))]);
        }

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

    private static string Text(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);

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
