using System.Text.Json;
using Shop.ServiceDefaults;
using StackExchange.Redis;

namespace Shop.Orders.Cart;

/// <summary>
/// Carts, kept for a month after their last change. A cart is a convenience that may get lost, so no request waits long
/// for it: after a short time-out the answer is that carts are unavailable.
/// </summary>
internal sealed partial class Carts(CartStore store, TimeProvider clock, ILogger<Carts> log)
{
    public static readonly TimeSpan Life = TimeSpan.FromDays(30);

    /// <summary>Redis answers within milliseconds or is in trouble, and nobody waits longer for a cart.</summary>
    private static readonly TimeSpan Timeout = TimeSpan.FromMilliseconds(300);

    /// <summary>
    /// A merge fails only while the same customer changes the cart, which rarely happens twice in a row.
    /// </summary>
    private const int MergeAttempts = 3;

    private int _away;

    /// <summary>The lines, with the guest cart merged into them for good; null when Redis is away.</summary>
    public async Task<IReadOnlyList<CartLine>?> ReadAsync(CartOwner owner)
    {
        IReadOnlyList<CartLine> lines = [];
        if (owner.Key is not { } key)
            return lines;

        var read = await TryAsync(async cancel => lines = owner.GuestCart is { } guest
            ? await MergeAsync(key, guest, cancel)
            : Lines(await store.ReadAsync(key, cancel)));
        return read ? lines : null;
    }

    /// <summary>
    /// Replaces the cart and removes the guest cart. A guest without a cart, or whose cookie names none that exists,
    /// gets a new one: so we alone choose the names of carts. False when Redis is away.
    /// </summary>
    public Task<bool> WriteAsync(
        CartOwner owner, IReadOnlyList<CartLine> lines, HttpContext http) => TryAsync(async cancel =>
    {
        var cart = JsonSerializer.Serialize(lines, Json.Events);
        var isWritten = owner.Key is not null
            && await store.WriteAsync(owner.Key, cart, onlyIfExists: owner.IsGuest, cancel);
        if (!isWritten)
            await store.WriteAsync(CartOwner.CreateGuest(http).Key!, cart, onlyIfExists: false, cancel);

        if (owner.GuestCart is { } guest)
            await store.RemoveAsync([guest], cancel);
    });

    /// <summary>Empties the cart and the guest cart. False when Redis is away.</summary>
    public async Task<bool> RemoveAsync(CartOwner owner)
    {
        string[] keys = [.. new[] { owner.Key, owner.GuestCart }.OfType<string>()];
        return keys.Length == 0 || await TryAsync(cancel => store.RemoveAsync(keys, cancel));
    }

    private async Task<IReadOnlyList<CartLine>> MergeAsync(string key, string guest, CancellationToken cancel)
    {
        for (var attempt = 1; ; attempt++)
        {
            // In this order: when another request has merged the guest cart, its lines are in the other one by now.
            var theirs = await store.ReadAsync(guest, cancel);
            var mine = await store.ReadAsync(key, cancel);
            if (string.IsNullOrEmpty(theirs))
                return Lines(mine);

            var merged = CartLine.Merge(Lines(mine), Lines(theirs));
            var done = await store.MergeAsync(
                key, mine ?? "", guest, theirs, JsonSerializer.Serialize(merged, Json.Events), cancel);
            // The merged cart is shown although it was not stored; the next request merges again.
            if (done || attempt == MergeAttempts)
                return merged;
        }
    }

    private static CartLine[] Lines(string? stored)
    {
        try
        {
            return string.IsNullOrEmpty(stored)
                ? []
                : JsonSerializer.Deserialize<CartLine[]>(stored, Json.Events) ?? [];
        }
        catch (JsonException)
        {
            // Whatever this is, it is no cart; the next change replaces it.
            return [];
        }
    }

    private async Task<bool> TryAsync(Func<CancellationToken, Task> work)
    {
        using var timeout = new CancellationTokenSource(Timeout, clock);
        try
        {
            await work(timeout.Token);
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException or OperationCanceledException)
        {
            return Away(exception.GetType().Name);
        }

        if (Interlocked.Exchange(ref _away, 0) == 1)
            LogBack();

        return true;
    }

    private bool Away(string cause)
    {
        if (Interlocked.Exchange(ref _away, 1) == 0)
            LogAway(cause);

        return false;
    }

    [LoggerMessage(1, LogLevel.Warning, "Carts are unavailable: {Cause}")]
    private partial void LogAway(string cause);

    [LoggerMessage(2, LogLevel.Information, "Carts are available again")]
    private partial void LogBack();
}
