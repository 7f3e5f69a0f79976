using System.Collections.Concurrent;
using System.Globalization;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Shop.Tests.Hosting;

/// <summary>An application of a few resources that runs inside the test, and what its host has logged.</summary>
internal sealed class SmallApp(DistributedApplication app, SmallApp.KeptLog log) : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    public DistributedApplication App => app;

    /// <summary>Errors and worse.</summary>
    public string Errors => string.Join('\n', log.Errors);

    public static async Task<SmallApp> StartAsync(Action<IDistributedApplicationBuilder> describe)
    {
        Requires.LocalHost();
        var builder = DistributedApplication.CreateBuilder(new DistributedApplicationOptions
        {
            Args = ["--DcpPublisher:RandomizePorts=true"],
            DisableDashboard = true,
            EnableResourceLogging = true,
        });
        var log = new KeptLog();
        builder.Services.AddLogging(logging => logging.ClearProviders().AddProvider(log));
        describe(builder);
        var app = new SmallApp(builder.Build(), log);
        await app.App.StartAsync(TestContext.Current.CancellationToken);
        return app;
    }

    public Task<ResourceEvent> HealthyAsync(string resource) =>
        app.ResourceNotifications.WaitForResourceHealthyAsync(resource, TestContext.Current.CancellationToken).WaitAsync(Patience);

    public async Task<CustomResourceSnapshot> SeeAsync(string resource, Func<CustomResourceSnapshot, bool> right, string what)
    {
        try
        {
            var seen = await app.ResourceNotifications.WaitForResourceAsync(
                resource, one => right(one.Snapshot), TestContext.Current.CancellationToken).WaitAsync(Patience);
            return seen.Snapshot;
        }
        catch (TimeoutException)
        {
            Assert.Fail($"{resource} was not seen {what}, but {StateOf(resource)}. {Errors}");
            throw;
        }
    }

    public Task<CustomResourceSnapshot> SeeAsync(string resource, string state) => SeeAsync(resource, one => one.State?.Text == state, state);

    public string? StateOf(string resource) =>
        app.ResourceNotifications.TryGetCurrentState(resource, out var known) ? known.Snapshot.State?.Text : null;

    public async Task<string> ConnectionOfAsync(string resource) =>
        await app.GetConnectionStringAsync(resource, TestContext.Current.CancellationToken) ?? throw new InvalidOperationException($"{resource} has no connection string.");

    public async Task CommandAsync(string resource, string command)
    {
        var done = await app.ResourceCommands.ExecuteCommandAsync(resource, command, TestContext.Current.CancellationToken);
        Assert.True(done.Success, done.Message);
    }

    /// <summary>The process of a resource that runs; another than the one given.</summary>
    public async Task<int> ProcessOfAsync(string resource, int other = 0)
    {
        var seen = await SeeAsync(resource, one => ProcessOf(one) is { } id && id != other, "running");
        return ProcessOf(seen)!.Value;
    }

    public async ValueTask DisposeAsync()
    {
        await app.StopAsync(CancellationToken.None);
        await app.DisposeAsync();
        log.Dispose();
    }

    private static int? ProcessOf(CustomResourceSnapshot one) => one.State?.Text == KnownResourceStates.Running
        && one.Properties.FirstOrDefault(property => property.Name == "executable.pid")?.Value is { } id
            ? Convert.ToInt32(id, CultureInfo.InvariantCulture)
            : null;

    internal sealed class KeptLog : ILoggerProvider, ILogger
    {
        public ConcurrentQueue<string> Errors { get; } = new();

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel)) Errors.Enqueue(formatter(state, exception));
        }

        public void Dispose()
        {
        }
    }
}
