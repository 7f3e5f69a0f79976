using System.ComponentModel;
using Spectre.Console;
using Spectre.Console.Cli;

namespace Shop.Load;

/// <summary>Puts one scenario on the shop.</summary>
internal sealed class RunCommand : AsyncCommand<RunCommand.Settings>
{
    internal sealed class Settings : ShopSettings
    {
        [CommandArgument(0, "<scenario>")]
        [Description("browse, buy, flash-sale, mixed, purchase, rates or sign-in.")]
        public required string Scenario { get; init; }

        [CommandOption("--rate")]
        [Description("How many a second, whatever the answers do. Without it: as many as are answered.")]
        public double? Rate { get; init; }

        [CommandOption("--connections")]
        [Description("How many at a time, without --rate.")]
        [DefaultValue(16)]
        public int Connections { get; init; }

        [CommandOption("--overload")]
        [Description("First finds the peak, then asks for this many times as much.")]
        public double? Overload { get; init; }

        public override ValidationResult Validate() =>
            !Load.Scenario.All.ContainsKey(Scenario)
                ? ValidationResult.Error(
                    $"There is no scenario {Scenario}: {string.Join(", ", Load.Scenario.All.Keys)}")
                : Connections < 1 || Rate <= 0 || Overload <= 0
                    ? ValidationResult.Error("Connections, rate and overload are more than 0.")
                    : base.Validate();
    }

    public override async Task<int> ExecuteAsync(
        CommandContext context, Settings settings, CancellationToken cancellationToken)
    {
        await using var shop = await ShopUnderLoad.StartAsync(settings.Url, cancellationToken);
        using var client = shop.NewClient();
        var scenario = Scenario.All[settings.Scenario]();
        await scenario.PrepareAsync(client, cancellationToken);
        Task<bool> Once() => scenario.OnceAsync(client, cancellationToken);
        Task<Measurement> Peak(TimeSpan duration) =>
            Loops.ClosedAsync(settings.Connections, duration, Once, cancellationToken);

        await Peak(settings.WarmUp);
        if (settings.Url is null)
            await FinishAsync(shop, cancellationToken);

        var lost = SpinProbe.Lost();
        var result = settings.Rate is { } rate
            ? await Loops.OpenAsync(rate, settings.Duration, Once, cancellationToken)
            : await Peak(settings.Duration);
        Report.Print($"{settings.Scenario}, {(settings.Rate is null ? "peak" : "fixed rate")}", result, lost);
        if (settings.Overload is { } factor)
        {
            var flooded = await Loops.OpenAsync(
                result.PerSecond * factor, settings.Duration, Once, cancellationToken);
            Report.Print($"{settings.Scenario}, {factor:0.#} times the peak", flooded, lost);
            AnsiConsole.MarkupLineInterpolated($"Goodput is {flooded.PerSecond / result.PerSecond:0.00} of the peak.");
        }

        return result.Done == 0 ? 1 : 0;
    }

    // What customers placed to warm the shop up would be shipped while something else is measured.
    private static async Task FinishAsync(ShopUnderLoad shop, CancellationToken cancel)
    {
        await using var backlog = await Backlog.OfAsync(shop, cancel);
        await backlog.EmptyAsync(_ => { }, cancel);
    }
}

/// <summary>What every command that measures the shop is told.</summary>
internal abstract class ShopSettings : CommandSettings
{
    [CommandOption("--url")]
    [Description("A shop that runs on this machine. Without it one is started, with data that is thrown away.")]
    public string? Url { get; init; }

    [CommandOption("--seconds")]
    [Description("How long each measurement takes.")]
    [DefaultValue(10)]
    public int Seconds { get; init; }

    [CommandOption("--warm-up")]
    [Description("Seconds before the first one: the compiler needs some thousand calls.")]
    [DefaultValue(8)]
    public int WarmUpSeconds { get; init; }

    public TimeSpan Duration => TimeSpan.FromSeconds(Seconds);

    public TimeSpan WarmUp => TimeSpan.FromSeconds(WarmUpSeconds);

    /// <summary>Why a shop that runs already is of no use; null when it is as good.</summary>
    protected virtual string? WhyStartedHere => null;

    public override ValidationResult Validate() =>
        Url is not null && WhyStartedHere is { } reason
            ? ValidationResult.Error($"{reason}, so the shop has to be started here.")
            : Seconds < 1 || WarmUpSeconds < 0
                ? ValidationResult.Error("A measurement takes a second at least.")
                : Url is not null && !(Uri.TryCreate(Url, UriKind.Absolute, out var address) && address.IsLoopback)
                    ? ValidationResult.Error($"{Url} is not on this machine. Load goes to loopback only.")
                    : ValidationResult.Success();
}
