using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;
using Microsoft.Extensions.Logging;
using Polly;
using Polly.Telemetry;

namespace Microsoft.Extensions.Http.Resilience.Internal;

/// <summary>What Polly does, as metrics under the names that Polly.Extensions gives them, and as log lines.</summary>
internal sealed partial class ResilienceTelemetry(ILoggerFactory loggers) : TelemetryListener
{
    private static readonly Meter Meter = new("Polly");
    private static readonly Counter<int> Events = Meter.CreateCounter<int>("resilience.polly.strategy.events");
    private static readonly Histogram<double> Attempts =
        Meter.CreateHistogram<double>("resilience.polly.strategy.attempt.duration", "ms");
    private static readonly Histogram<double> Pipelines =
        Meter.CreateHistogram<double>("resilience.polly.pipeline.duration", "ms");

    private readonly ILogger _logger = loggers.CreateLogger("Polly");

    public override void Write<TResult, TArgs>(in TelemetryEventArguments<TResult, TArgs> args)
    {
        switch (args.Arguments)
        {
            case PipelineExecutingArguments:
                return;
            case PipelineExecutedArguments executed:
                Pipelines.Record(executed.Duration.TotalMilliseconds, Tags(args));
                return;
            case ExecutionAttemptArguments attempt:
                var tags = Tags(args);
                tags.Add("attempt.number", attempt.AttemptNumber);
                tags.Add("attempt.handled", attempt.Handled);
                Attempts.Record(attempt.Duration.TotalMilliseconds, tags);
                return;
        }

        Events.Add(1, Tags(args));
        var level = args.Event.Severity switch
        {
            ResilienceEventSeverity.Debug => LogLevel.Debug,
            ResilienceEventSeverity.Information => LogLevel.Information,
            ResilienceEventSeverity.Warning => LogLevel.Warning,
            ResilienceEventSeverity.Error => LogLevel.Error,
            ResilienceEventSeverity.Critical => LogLevel.Critical,
            _ => LogLevel.None,
        };
        Happened(
            _logger,
            level,
            args.Event.EventName,
            args.Source.PipelineName,
            args.Source.PipelineInstanceName,
            args.Source.StrategyName,
            ErrorType(args.Outcome));
    }

    private static TagList Tags<TResult, TArgs>(in TelemetryEventArguments<TResult, TArgs> args)
    {
        var tags = new TagList
        {
            { "event.name", args.Event.EventName },
            { "event.severity", args.Event.Severity.ToString() },
        };
        Add(ref tags, "pipeline.name", args.Source.PipelineName);
        Add(ref tags, "pipeline.instance", args.Source.PipelineInstanceName);
        Add(ref tags, "strategy.name", args.Source.StrategyName);
        Add(ref tags, "exception.type", args.Outcome?.Exception?.GetType().FullName);
        Add(ref tags, "error.type", ErrorType(args.Outcome));
        return tags;
    }

    private static void Add(ref TagList tags, string name, string? value)
    {
        if (!string.IsNullOrEmpty(value))
            tags.Add(name, value);
    }

    private static string? ErrorType<TResult>(Outcome<TResult>? outcome) => outcome switch
    {
        { Exception: { } exception } => exception.GetType().FullName,
        { Result: HttpResponseMessage response } => ((int)response.StatusCode).ToString(CultureInfo.InvariantCulture),
        _ => null,
    };

    [LoggerMessage(EventId = 0, Message = "{EventName} in {Pipeline} {Instance} {Strategy}: {Outcome}")]
    private static partial void Happened(
        ILogger logger,
        LogLevel level,
        string eventName,
        string? pipeline,
        string? instance,
        string? strategy,
        string? outcome);
}
