using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.Local;

/// <summary>The last lines that one replica wrote, and those who watch it.</summary>
internal sealed class ResourceConsole(Action<LogLine> written)
{
    private const int LinesKept = 10_000;

    private readonly Lock _lock = new();
    private readonly Queue<LogLine> _lines = new();
    private readonly List<Subscription> _subscriptions = [];
    private int _number;
    private bool _complete;

    public void Write(string content, bool isError)
    {
        LogLine line;
        lock (_lock)
        {
            line = new LogLine(++_number, content, isError);
            _lines.Enqueue(line);
            if (_lines.Count > LinesKept) _lines.Dequeue();
            foreach (var subscription in _subscriptions) subscription.Line(line);
        }

        written(line);
    }

    public IReadOnlyList<LogLine> Kept()
    {
        lock (_lock) return [.. _lines];
    }

    public IReadOnlyList<string> Last(int count)
    {
        lock (_lock) return [.. _lines.Skip(_lines.Count - count).Select(line => line.Content)];
    }

    public IDisposable Subscribe(Action<LogLine> line, Action completed)
    {
        lock (_lock)
        {
            foreach (var kept in _lines) line(kept);
            var subscription = new Subscription(this, line, completed);
            if (_complete) completed();
            else _subscriptions.Add(subscription);
            return subscription;
        }
    }

    public void Complete()
    {
        lock (_lock)
        {
            _complete = true;
            foreach (var subscription in _subscriptions) subscription.Completed();
            _subscriptions.Clear();
        }
    }

    private sealed record Subscription(ResourceConsole Console, Action<LogLine> Line, Action Completed) : IDisposable
    {
        public void Dispose()
        {
            lock (Console._lock) Console._subscriptions.Remove(this);
        }
    }
}

/// <summary>Writes to the consoles of a resource's replicas.</summary>
internal sealed class ResourceLogger(IReadOnlyList<ResourceConsole> consoles) : ILogger
{
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (!IsEnabled(logLevel)) return;

        var text = formatter(state, exception);
        if (exception is not null) text = $"{text}{Environment.NewLine}{exception}";
        foreach (var line in text.Split('\n'))
            foreach (var console in consoles) console.Write(line.TrimEnd('\r'), logLevel >= LogLevel.Error);
    }
}
