using System.Diagnostics;
using System.Diagnostics.Metrics;
using Shop.Payments.Reconciliation;

namespace Shop.Payments;

/// <summary>What operators watch: how payments end, and how and how fast the bank answers.</summary>
internal sealed class PaymentsMetrics : IDisposable
{
    public const string Name = "Shop.Payments";

    private readonly Counter<long> _outcomes;
    private readonly Histogram<double> _calls;
    private readonly Gauge<long> _differences;
    private readonly ActivitySource _activities = new(Name);

    public PaymentsMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(Name);
        _outcomes = meter.CreateCounter<long>(
            "shop.payments.outcomes", "{payment}", "Changes of status that the bank's answers brought.");
        _differences = meter.CreateGauge<long>(
            "shop.payments.reconciliation.differences", "{difference}",
            "What the last reconciliation of this process found, by kind.");
        _calls = meter.CreateHistogram(
            "shop.payments.bank.duration", "s", "Time until the bank answered, by what was asked and what came of it.",
            advice: new InstrumentAdvice<double>
            {
                HistogramBucketBoundaries = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
            });
    }

    /// <summary>All kinds, so that an alarm ends when the last difference is gone.</summary>
    public void Reconciled(ReconciliationRun run)
    {
        foreach (var kind in Enum.GetValues<DifferenceKind>())
        {
            _differences.Record(
                run.Differences.Count(found => found.Kind == kind),
                new KeyValuePair<string, object?>("kind", kind.ToString()));
        }
    }

    public void Became(PaymentStatus status) =>
        _outcomes.Add(1, new KeyValuePair<string, object?>("status", status.ToString()));

    public void Answered(BankOperation operation, PaymentInput answer, TimeSpan after) => _calls.Record(
        after.TotalSeconds,
        new KeyValuePair<string, object?>("ask", operation.ToString()),
        new KeyValuePair<string, object?>("answer", answer.GetType().Name));

    public Activity? StartCall(BankOperation operation, string? traceParent) => _activities.StartActivity(
        $"bank {operation.ToString().ToLowerInvariant()}", ActivityKind.Client, traceParent);

    public void Dispose() => _activities.Dispose();
}
