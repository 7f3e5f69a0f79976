namespace Shop.Payments.Reconciliation;

/// <summary>
/// One reconciliation at a time: a request while one is under way waits for that one's report and holds no connection
/// meanwhile. The run continues when the request that started it is aborted.
/// </summary>
internal sealed class SharedRun(IServiceScopeFactory scopes, IHostApplicationLifetime lifetime)
{
    private readonly Lock _lock = new();
    private Task<ReconciliationRun>? _underWay;

    /// <exception cref="Bank.BankAwayException">
    /// The bank's records could not be read; the run is stored as failed.
    /// </exception>
    public Task<ReconciliationRun> JoinAsync(Guid askedBy, CancellationToken cancel)
    {
        lock (_lock)
        {
            if (_underWay is not { IsCompleted: false })
                _underWay = Task.Run(() => RunAsync(askedBy), CancellationToken.None);

            return _underWay.WaitAsync(cancel);
        }
    }

    private async Task<ReconciliationRun> RunAsync(Guid askedBy)
    {
        await using var scope = scopes.CreateAsyncScope();
        var reconciler = scope.ServiceProvider.GetRequiredService<Reconciler>();
        return await reconciler.RunAsync(askedBy, lifetime.ApplicationStopping);
    }
}
