using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Shop.Data;

namespace Shop.Messaging;

/// <summary>
/// Has one process at a time carry a stream that is in memory; the others stand by. The lock belongs to a connection,
/// so PostgreSQL gives it to another one however its owner ends. Streams that are in Redis alone need no owner.
/// </summary>
internal sealed class StreamOwnership<TDb>(
    MessagingModule<TDb> module, EventStreams streams, IServiceScopeFactory scopes, TimeProvider clock)
    where TDb : DbContext
{
    private static readonly TimeSpan CheckInterval = TimeSpan.FromSeconds(1);
    private AsyncServiceScope? _scope;
    private IAsyncDisposable? _lock;
    private long _checked;

    /// <summary>Whether this process may send; tries to become the owner.</summary>
    public async Task<bool> TryHoldAsync(CancellationToken cancel)
    {
        if (!streams.IsLocal(module.Stream))
            return true;

        if (_lock is not null && clock.GetElapsedTime(_checked) < CheckInterval)
            return true;

        try
        {
            var db = (_scope ??= scopes.CreateAsyncScope()).ServiceProvider.GetRequiredService<TDb>();
            if (_lock is null)
                _lock = await db.Database.TryLockAsync($"Carries {module.Stream}", cancel);
            else
                // With the connection the lock is lost.
                await db.Database.ExecuteSqlRawAsync("SELECT", cancel);
        }
        catch
        {
            await ReleaseAsync();
            throw;
        }

        _checked = clock.GetTimestamp();
        return _lock is not null;
    }

    /// <summary>Lets another process carry the stream.</summary>
    public async Task ReleaseAsync()
    {
        var (held, scope) = (_lock, _scope);
        (_lock, _scope) = (null, null);
        try
        {
            if (held is not null)
                await held.DisposeAsync();
        }
#pragma warning disable CA1031 // A connection that is broken has lost the lock already.
        catch (Exception)
#pragma warning restore CA1031
        {
            // Nothing is left to do.
        }

        if (scope is { } open)
            await open.DisposeAsync();
    }
}
