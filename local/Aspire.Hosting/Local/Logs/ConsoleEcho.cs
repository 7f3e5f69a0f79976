using System.Text.RegularExpressions;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.Local;

/// <summary>Repeats the resources' consoles on the host's, each line after the name of who wrote it; in tests, in the log.</summary>
internal sealed partial class ConsoleEcho(
    DistributedApplicationModel model, DistributedApplicationOptions options, AppHostProject appHost, ILoggerFactory loggers, ResourceLoggerService consoles) : IDisposable
{
    private const string Reset = "\e[0m";
    private const string Bold = "\e[1m";
    private static readonly string[] Colours = ["\e[36m", "\e[33m", "\e[32m", "\e[35m", "\e[34m", "\e[96m", "\e[93m", "\e[92m"];

    private readonly Lock _lock = new();
    private readonly Dictionary<string, (string Name, string Colour, ILogger Log)> _writers = new(StringComparer.OrdinalIgnoreCase);
    private readonly bool _coloured = !Console.IsOutputRedirected && Environment.GetEnvironmentVariable("NO_COLOR") is null;
    private int _width;

    public void Start()
    {
        foreach (var resource in model.Resources)
        {
            var ids = ReplicaIds.Of(resource);
            foreach (var (index, id) in ids.Index())
            {
                var name = ids.Count == 1 ? resource.Name : $"{resource.Name}.{index + 1}";
                _writers[id] = (name, Colours[_writers.Count % Colours.Length], loggers.CreateLogger($"{appHost.Name}.Resources.{resource.Name}"));
                if (Launcher.CanLaunch(resource)) _width = Math.Max(_width, name.Length);
            }
        }

        consoles.Written += Write;
    }

    /// <summary>A line of the host itself.</summary>
    public void Say(string line, bool isBold = false)
    {
        if (options.EnableResourceLogging) return;
        lock (_lock) Console.Out.WriteLine(_coloured && isBold ? Bold + line + Reset : line);
    }

    public void Dispose() => consoles.Written -= Write;

    private void Write(string id, LogLine line)
    {
        if (!_writers.TryGetValue(id, out var writer)) return;
        if (options.EnableResourceLogging)
        {
            // Servers write all they have to say to standard error, so it is no sign of an error.
            LogLine(writer.Log, line.LineNumber, Escapes().Replace(line.Content, ""));
            return;
        }

        var name = writer.Name.PadRight(_width);
        lock (_lock)
            Console.Out.WriteLine(_coloured ? $"{writer.Colour}{name}{Reset} │ {line.Content}" : $"{name} | {Escapes().Replace(line.Content, "")}");
    }

    [LoggerMessage(LogLevel.Information, "{LineNumber}: {Content}")]
    private static partial void LogLine(ILogger log, int lineNumber, string content);

    [GeneratedRegex(@"\e\[[0-9;?]*[A-Za-z]")]
    private static partial Regex Escapes();
}
