using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Aspire.Hosting.Testing.Local;

/// <summary>What the entry point built, in the hands of the test.</summary>
internal sealed class TestedApplication(IHost host, EntryPointRun run) : DistributedApplication(host)
{
    private bool _disposed;
    private bool _started;

    public override async Task StartAsync(CancellationToken cancellationToken = default)
    {
        await run.ReachedRunAsync(cancellationToken);
        _started = true;
        await Host.StartAsync(cancellationToken);
        run.Started();
    }

    public override async Task RunAsync(CancellationToken cancellationToken = default)
    {
        await StartAsync(cancellationToken);
        await Host.WaitForShutdownAsync(cancellationToken);
    }

#pragma warning disable CA2215 // The base would dispose the same host.
    public override void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

    public override async ValueTask DisposeAsync()
    {
        if (_disposed) return;

        _disposed = true;
        try
        {
            if (_started && !Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopped.IsCancellationRequested)
                await Host.StopAsync();
        }
        finally
        {
            await ((IAsyncDisposable)Host).DisposeAsync();
            run.End();
        }
    }
#pragma warning restore CA2215
}
