using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Shop.Hosting.Native;

/// <summary>Logs about a server, at its resource and on the AppHost's console.</summary>
internal sealed partial class ServerLog(IResource resource, IServiceProvider services)
{
    private readonly ILogger _resource = services.GetRequiredService<ResourceLoggerService>().GetLogger(resource);
    private readonly ILogger _console = ConsoleOf(services);

    public static ILogger ConsoleOf(IServiceProvider services) =>
        services.GetRequiredService<ILoggerFactory>().CreateLogger("Shop.Hosting.Native");

    /// <summary>Progress.</summary>
    public void Report(string message)
    {
        LogProgress(_resource, message);
        LogProgress(_console, $"{resource.Name}: {message}");
    }

    /// <summary>A failure that Aspire itself logs at the resource.</summary>
    public void ReportFailure(string message) => LogFailure(_console, $"{resource.Name}: {message}");

    /// <summary>Something a person has to do.</summary>
    public void Warn(string message)
    {
        LogFailure(_resource, message);
        ReportFailure(message);
    }

    [LoggerMessage(1, LogLevel.Information, "{Message}")]
    private static partial void LogProgress(ILogger log, string message);

    [LoggerMessage(2, LogLevel.Error, "{Message}")]
    private static partial void LogFailure(ILogger log, string message);
}
