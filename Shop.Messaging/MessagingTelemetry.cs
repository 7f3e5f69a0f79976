using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Shop.Messaging;

/// <summary>Spans and metrics, named by the OpenTelemetry conventions where these have a name.</summary>
internal sealed class MessagingTelemetry(IMeterFactory meters) : IDisposable
{
    /// <summary>Up to what the outbox is counted.</summary>
    public const int MaxDepth = 10_000;

    private const string Name = "Shop.Messaging";
    private const string Message = "{message}";

    private readonly ActivitySource _source = new(Name);
    private readonly Counter<long> _relayed = Counter(
        meters, "messaging.client.sent.messages", "Events sent to the stream");
    private readonly Counter<long> _handled = Counter(meters, "messaging.client.consumed.messages", "Messages handled");
    private readonly Counter<long> _duplicates = Counter(
        meters, "shop.messaging.duplicates", "Deliveries of messages that were handled already");
    private readonly Counter<long> _retried = Counter(
        meters, "shop.messaging.retries", "Failed attempts that will be repeated", "{attempt}");
    private readonly Counter<long> _dead = Counter(
        meters, "shop.messaging.dead", "Messages given up to the dead letters");
    private readonly Counter<long> _lost = Counter(
        meters, "shop.messaging.lost", "Entries that were trimmed before their group had handled them");
    private readonly Counter<long> _resent = Counter(
        meters, "shop.messaging.resent", "Events sent again, because Redis may have lost them or a subscriber is new");
    private readonly Histogram<double> _duration = meters.Create(Name).CreateHistogram<double>(
        "messaging.process.duration", "s", "Time to handle a message, commit included");
    private readonly Gauge<long> _outboxDepth = meters.Create(Name).CreateGauge<long>(
        "shop.messaging.outbox.depth", Message, "Events that are not sent yet; counted up to 10,000");
    private readonly Gauge<double> _outboxAge = meters.Create(Name).CreateGauge<double>(
        "shop.messaging.outbox.age", "s", "Age of the oldest event that is not sent yet");
    private readonly Gauge<long> _lag = meters.Create(Name).CreateGauge<long>(
        "shop.messaging.stream.lag", Message, "Entries that the group has not been given yet");

    /// <summary>The span of one event's sending, a child of what published it; null when nobody listens.</summary>
    public Activity? Sending(string stream, OutboxMessage row)
    {
        if (!_source.HasListeners() || !ActivityContext.TryParse(row.TraceParent, null, isRemote: true, out var cause))
            return null;

        var span = _source.StartActivity($"send {EventTypes.NameOf(row.Type)}", ActivityKind.Producer, cause);
        return Describe(span, stream, row.Id, row.Type, row.Subject.ToString(), "send");
    }

    /// <summary>The span of one handling, a child of what published it, so that a purchase is one trace.</summary>
    public Activity? Processing(string stream, string group, Envelope envelope)
    {
        if (!_source.HasListeners())
            return null;

        ActivityContext.TryParse(envelope.TraceParent, envelope.TraceState, isRemote: true, out var cause);
        var span = _source.StartActivity($"process {EventTypes.NameOf(envelope.Type)}", ActivityKind.Consumer, cause);
        span?.SetTag("messaging.consumer.group.name", group);
        return Describe(span, stream, envelope.Id, envelope.Type, envelope.Subject, "process");
    }

    public void Relayed(string stream, int count) => _relayed.Add(count, Stream(stream));

    public void Outbox(string stream, long depth, TimeSpan age)
    {
        _outboxDepth.Record(depth, Stream(stream));
        _outboxAge.Record(age.TotalSeconds, Stream(stream));
    }

    public void Lag(string stream, string group, long lag) => _lag.Record(lag, Stream(stream), Group(group));

    public void Handled(string stream, string group, string type, TimeSpan duration)
    {
        _handled.Add(1, Stream(stream), Group(group), Type(type));
        _duration.Record(duration.TotalSeconds, Stream(stream), Group(group), Type(type));
    }

    public void Duplicates(string stream, string group, int count)
    {
        if (count > 0)
            _duplicates.Add(count, Stream(stream), Group(group));
    }

    public void Retried(string stream, string group) => _retried.Add(1, Stream(stream), Group(group));

    public void Dead(string stream, string group) => _dead.Add(1, Stream(stream), Group(group));

    public void Lost(string stream, string group, int count) => _lost.Add(count, Stream(stream), Group(group));

    public void Resent(string stream, int count) => _resent.Add(count, Stream(stream));

    public void Dispose() => _source.Dispose();

    // The conventions name spans after the stream; in the trace of an order the name of the event says more.
    private static Activity? Describe(
        Activity? span, string stream, Guid messageId, string type, string subject, string operation) => span?
        .SetTag("messaging.system", "redis")
        .SetTag("messaging.operation.name", operation)
        .SetTag("messaging.operation.type", operation)
        // Out of the conventions by now, but what Aspire's dashboard (13.6) shows in place of the span's name.
        .SetTag("messaging.operation", $"{operation} {EventTypes.NameOf(type)}")
        .SetTag("messaging.destination.name", stream)
        .SetTag("messaging.message.id", messageId.ToString())
        .SetTag("messaging.message.conversation_id", subject)
        .SetTag("shop.event.type", type);

    private static Counter<long> Counter(
        IMeterFactory meters, string name, string description, string unit = Message) =>
        meters.Create(Name).CreateCounter<long>(name, unit, description);

    private static KeyValuePair<string, object?> Stream(string stream) => new("messaging.destination.name", stream);

    private static KeyValuePair<string, object?> Group(string group) => new("messaging.consumer.group.name", group);

    private static KeyValuePair<string, object?> Type(string type) => new("shop.event.type", type);
}
