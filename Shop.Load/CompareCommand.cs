using System.ComponentModel;
using System.Text.Json;
using Spectre.Console;
using Spectre.Console.Cli;

namespace Shop.Load;

/// <summary>
/// Measures the shop and the yardsticks one after the other, round by round, so that whatever disturbs the machine
/// disturbs both. What counts is the median of the rounds' ratios; a round in which the machine was not ours is void.
/// </summary>
internal sealed class CompareCommand : AsyncCommand<CompareCommand.Settings>
{
    // A gate on ratios, and wide: a smaller loss is found by the table, not by a red build.
    private const double Tolerated = 0.75;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    internal sealed class Settings : ShopSettings
    {
        [CommandOption("--rounds")]
        [Description("How many rounds that count.")]
        [DefaultValue(5)]
        public int Rounds { get; init; }

        [CommandOption("--only")]
        [Description("Goals by their numbers in docs/performance.md, such as P3,P4; P18 is P18.1 and P18.2.")]
        public string? Only { get; init; }

        [CommandOption("--baseline")]
        [Description("Ratios to compare with; the command fails if one has lost more than a quarter, twice in a row.")]
        public string? Baseline { get; init; }

        [CommandOption("--json")]
        [Description("Where to write the results as JSON, which can be a baseline.")]
        public string? JsonFile { get; init; }

        [CommandOption("--svg")]
        [Description("Where to draw them.")]
        public string? SvgFile { get; init; }

        protected override string WhyStartedHere => "The yardsticks use the databases of the shop";

        public override ValidationResult Validate() =>
            Rounds < 1
                ? ValidationResult.Error("A comparison has a round at least.")
                : Baseline is not null && !File.Exists(Baseline)
                    ? ValidationResult.Error($"There is no file {Baseline}.")
                    : base.Validate();
    }

    public override async Task<int> ExecuteAsync(
        CommandContext context, Settings settings, CancellationToken cancellationToken)
    {
        await using var shop = await ShopUnderLoad.StartAsync([], cancellationToken);
        await using var bench = await Bench.PrepareAsync(shop, settings, cancellationToken);
        var wanted = settings.Only?.Split(',', StringSplitOptions.TrimEntries);
        Goal[] goals = [.. Goal.All.Where(goal => wanted is null || goal.IsOneOf(wanted))];

        var (results, failed) = await MeasureAsync(bench, goals, settings, cancellationToken);
        Report.Print(results);
        if (settings.JsonFile is { } json)
            await File.WriteAllTextAsync(json, JsonSerializer.Serialize(results, Json), cancellationToken);
        if (settings.SvgFile is { } svg)
            await File.WriteAllTextAsync(svg, Chart.Of(results), cancellationToken);
        if (settings.Baseline is not { } baseline)
            return failed is [] ? 0 : 1;

        var before = JsonSerializer.Deserialize<Result[]>(
            await File.ReadAllTextAsync(baseline, cancellationToken), Json) ?? [];
        string[] slower = Slower(results, before);
        string[] doubtful = [.. slower, .. failed];
        if (doubtful is not [])
        {
            // Once more, before anybody is told: on a shared machine one run says little.
            (results, failed) = await MeasureAsync(
                bench, [.. goals.Where(goal => doubtful.Contains(goal.Id))], settings, cancellationToken);
            Report.Print(results);
            slower = Slower(results, before);
        }

        foreach (var goal in slower)
            AnsiConsole.MarkupLineInterpolated($"[red]{goal} has lost more than a quarter.[/]");
        foreach (var goal in failed)
            AnsiConsole.MarkupLineInterpolated($"[red]{goal} has no result.[/]");

        return slower is [] && failed is [] ? 0 : 1;
    }

    private static string[] Slower(IReadOnlyList<Result> now, IReadOnlyList<Result> before) =>
        [.. from result in now
            join known in before on result.Id equals known.Id
            where result.Ratio < known.Ratio * Tolerated
            select result.Id];

    /// <returns>What could be measured, and the numbers of the goals that could not.</returns>
    private static async Task<(IReadOnlyList<Result> Results, string[] Failed)> MeasureAsync(
        Bench bench, Goal[] goals, Settings settings, CancellationToken cancel)
    {
        goals = await WarmUpAsync(bench, goals, settings.WarmUp, cancel);
        var rounds = goals.ToDictionary(goal => goal.Id, _ => new List<Round>());
        var (voided, mostVoided) = (0, settings.Rounds * 2);
        await AnsiConsole.Progress().StartAsync(async progress =>
        {
            var task = progress.AddTask("Rounds", maxValue: settings.Rounds * goals.Length);
            foreach (var goal in goals)
            {
                using var peer = await StartPeerAsync(bench, goal);
                while (rounds[goal.Id].Count < settings.Rounds)
                {
                    cancel.ThrowIfCancellationRequested();
                    task.Description = $"Measuring {goal.Id}";
                    var round = await TryMeasureAsync(
                        bench, goal, settings.Duration, waiting => task.Description = $"After {goal.Id}: {waiting}");
                    // A machine that is never quiet is better measured than not at all; the report says so.
                    if (round is not { Lost: <= SpinProbe.MostLost } && voided++ < mostVoided)
                        continue;
                    if (round is null)
                        break;

                    rounds[goal.Id].Add(round);
                    task.Increment(1);
                }
            }
        });
        var measured = goals.ToLookup(goal => rounds[goal.Id] is not []);
        return (
            [.. measured[true].Select(goal => Result.Of(goal, rounds[goal.Id]))],
            [.. measured[false].Select(goal => goal.Id)]);
    }

    /// <returns>Null when it failed, which is told.</returns>
    private static async Task<Round?> TryMeasureAsync(
        Bench bench, Goal goal, TimeSpan duration, Action<Waiting> waits)
    {
        try
        {
            var lost = SpinProbe.Lost();
            var yardstick = await goal.Yardstick(bench, duration);
            await bench.Backlog.EmptyAsync(waits, bench.Cancel);
            var value = await goal.Shop(bench, duration);
            // Nothing of one measurement is left when the next begins.
            await bench.Backlog.EmptyAsync(waits, bench.Cancel);
            return new(value, yardstick, Math.Max(lost, SpinProbe.Lost()));
        }
        catch (Exception failure) when (IsOfOneGoal(failure))
        {
            Tell(goal, failure);
            return null;
        }
    }

    /// <summary>Whether the other goals can be measured nevertheless.</summary>
    private static bool IsOfOneGoal(Exception failure) =>
        failure is InvalidOperationException or HttpRequestException;

    private static void Tell(Goal goal, Exception failure) =>
        AnsiConsole.MarkupLineInterpolated($"[red]{goal.Id} failed: {failure.Message}[/]");

    private static async Task<IDisposable?> StartPeerAsync(Bench bench, Goal goal) =>
        goal.StartPeer is { } start ? await start(bench) : null;

    /// <returns>Those that can be measured on this machine.</returns>
    private static Task<Goal[]> WarmUpAsync(Bench bench, Goal[] goals, TimeSpan duration, CancellationToken cancel) =>
        AnsiConsole.Status().StartAsync("Warming up", async status =>
        {
            List<Goal> possible = [];
            foreach (var goal in goals)
            {
                status.Status = $"Warming up {goal.Id}";
                try
                {
                    using var peer = await StartPeerAsync(bench, goal);
                    await goal.Shop(bench, duration);
                    possible.Add(goal);
                }
                catch (LeftOutException reason)
                {
                    AnsiConsole.MarkupLineInterpolated($"[yellow]{goal.Id} is left out: {reason.Message}[/]");
                }
                catch (Exception failure) when (IsOfOneGoal(failure))
                {
                    // It gets its rounds nevertheless, and if they fail too, it has no result.
                    Tell(goal, failure);
                    possible.Add(goal);
                }

                await bench.Backlog.EmptyAsync(waiting => status.Status = $"After {goal.Id}: {waiting}", cancel);
            }

            return possible.ToArray();
        });
}
