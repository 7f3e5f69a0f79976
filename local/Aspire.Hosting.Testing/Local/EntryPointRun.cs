using System.Reflection;
using Aspire.Hosting.Local;
using Microsoft.Extensions.Hosting;

namespace Aspire.Hosting.Testing.Local;

/// <summary>
/// Runs an app host's entry point on a thread of its own and holds it twice: where it builds, until the test builds, and
/// where it runs, until the test is over. The test starts and stops what it built.
/// </summary>
internal sealed class EntryPointRun(
    Assembly appHost, string[] args, Action<DistributedApplicationOptions, HostApplicationBuilderSettings> configure) : IEntryPointWatch
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private readonly TaskCompletionSource<DistributedApplicationBuilder> _described = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _building = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<IHost> _built = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _reachedRun = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Assembly AppHost => appHost;

    public void Begin() => new Thread(Run) { IsBackground = true, Name = $"{appHost.GetName().Name} entry point" }.Start();

    public Task<DistributedApplicationBuilder> CreatedAsync(CancellationToken cancel) => _described.Task.WaitAsync(Patience, cancel);

    public Task<IHost> BuildAsync(CancellationToken cancel)
    {
        _building.TrySetResult();
        return _built.Task.WaitAsync(Patience, cancel);
    }

    /// <summary>Waits until the entry point wants to run what it built.</summary>
    public Task ReachedRunAsync(CancellationToken cancel) => _reachedRun.Task.WaitAsync(Patience, cancel);

    public void Started() => _started.TrySetResult();

    /// <summary>Lets the entry point come to its end.</summary>
    public void End()
    {
        _over.TrySetResult();
        _building.TrySetCanceled();
    }

    void IEntryPointWatch.Creating(DistributedApplicationOptions options, HostApplicationBuilderSettings settings)
    {
        options.Args = settings.Args = [.. options.Args ?? [], .. args];
        options.AssemblyName ??= appHost.GetName().Name;
        options.DisableDashboard = true;
        options.EnableResourceLogging = true;
        TestDefaults.Apply(appHost, settings);
        configure(options, settings);
    }

    void IEntryPointWatch.Created(DistributedApplicationBuilder builder)
    {
        // The application is described by what the entry point does after this.
    }

    void IEntryPointWatch.Building(DistributedApplicationBuilder builder)
    {
        _described.TrySetResult(builder);
        // The entry point's own thread; it has nothing else to do.
        _building.Task.GetAwaiter().GetResult();
    }

    void IEntryPointWatch.Built(IHost host) => _built.TrySetResult(host);

    Task IEntryPointWatch.StartAsync(CancellationToken cancel)
    {
        _reachedRun.TrySetResult();
        return _started.Task.WaitAsync(cancel);
    }

    Task IEntryPointWatch.RunAsync(CancellationToken cancel)
    {
        _reachedRun.TrySetResult();
        return _over.Task.WaitAsync(cancel);
    }

    private void Run()
    {
        EntryPointWatch.Current = this;
        try
        {
            var main = appHost.EntryPoint ?? throw new InvalidOperationException($"{appHost.GetName().Name} has no entry point.");
            var answer = main.Invoke(null, BindingFlags.DoNotWrapExceptions, null, main.GetParameters().Length == 0 ? [] : [Array.Empty<string>()], null);
            (answer as Task)?.GetAwaiter().GetResult();
            Fail(new InvalidOperationException($"The entry point of {appHost.GetName().Name} ended without building or running an application."));
        }
        catch (Exception failure)
        {
            Fail(failure);
        }
    }

    /// <summary>Who waits for a stage that was not reached learns why.</summary>
    private void Fail(Exception failure)
    {
        _described.TrySetException(failure);
        _built.TrySetException(failure);
        _reachedRun.TrySetException(failure);
        // Looked at, so that it is no unobserved error when nobody waits any more.
        _ = (_described.Task.Exception, _built.Task.Exception, _reachedRun.Task.Exception);
    }
}
