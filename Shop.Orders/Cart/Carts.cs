using System.Text.Json;
using Shop.ServiceDefaults;
using StackExchange.Redis;

namespace Shop.Orders.Cart;

/// <summary>
/// Carts, kept in Redis for a month after their last change. A cart is a convenience that may get lost, so no request
/// waits long for it: after a short time-out the answer is that carts are unavailable.
/// </summary>
internal sealed partial class Carts(IServiceProvider services, TimeProvider clock, ILogger<Carts> log)
{
    public static readonly TimeSpan Life = TimeSpan.FromDays(30);

    /// <summary>Redis answers within milliseconds or is in trouble, and nobody waits longer for a cart.</summary>
    private static readonly TimeSpan Timeout = TimeSpan.FromMilliseconds(300);

    /// <summary>
    /// A merge fails only while the same customer changes the cart, which rarely happens twice in a row.
    /// </summary>
    private const int MergeAttempts = 3;

    // Only if neither cart has changed since it was read: the guest cart is added once, however many requests try.
    private const string Merge = """
        if (redis.call('GET', KEYS[1]) or '') ~= ARGV[1] or redis.call('GET', KEYS[2]) ~= ARGV[2] then return 0 end
        redis.call('SET', KEYS[1], ARGV[3], 'PX', ARGV[4])
        redis.call('DEL', KEYS[2])
        return 1
        """;

    private IConnectionMultiplexer? _redis;
    private int _away;

    /// <summary>The lines, with the guest cart merged into them for good; null when Redis is away.</summary>
    public async Task<IReadOnlyList<CartLine>?> ReadAsync(CartOwner owner)
    {
        IReadOnlyList<CartLine> lines = [];
        if (owner.Key is not { } key)
            return lines;

        var read = await TryAsync(async (redis, cancel) => lines = owner.GuestCart is { } guest
            ? await MergeAsync(redis, key, guest, cancel)
            : Lines(await redis.StringGetAsync(key).WaitAsync(cancel)));
        return read ? lines : null;
    }

    /// <summary>
    /// Replaces the cart and removes the guest cart. A guest without a cart, or whose cookie names none that exists,
    /// gets a new one: so we alone choose the names of carts. False when Redis is away.
    /// </summary>
    public Task<bool> WriteAsync(
        CartOwner owner, IReadOnlyList<CartLine> lines, HttpContext http) => TryAsync(async (redis, cancel) =>
    {
        RedisValue cart = JsonSerializer.Serialize(lines, Json.Events);
        var isWritten = owner.Key is { } key
            && await redis.StringSetAsync(key, cart, Life, owner.IsGuest ? When.Exists : When.Always).WaitAsync(cancel);
        if (!isWritten)
            await redis.StringSetAsync(CartOwner.CreateGuest(http).Key, cart, Life, When.NotExists).WaitAsync(cancel);

        if (owner.GuestCart is { } guest)
            await redis.KeyDeleteAsync(guest).WaitAsync(cancel);
    });

    /// <summary>Empties the cart and the guest cart. False when Redis is away.</summary>
    public async Task<bool> RemoveAsync(CartOwner owner)
    {
        RedisKey[] keys = [.. new[] { owner.Key, owner.GuestCart }.OfType<string>()];
        return keys.Length == 0
            || await TryAsync((redis, cancel) => redis.KeyDeleteAsync(keys).WaitAsync(cancel));
    }

    private static async Task<IReadOnlyList<CartLine>> MergeAsync(
        IDatabase redis, RedisKey key, RedisKey guest, CancellationToken cancel)
    {
        for (var attempt = 1; ; attempt++)
        {
            var stored = await redis.StringGetAsync([key, guest]).WaitAsync(cancel);
            if (stored[1].IsNullOrEmpty)
                return Lines(stored[0]);

            var merged = CartLine.Merge(Lines(stored[0]), Lines(stored[1]));
            RedisValue mine = stored[0].IsNull ? RedisValue.EmptyString : stored[0];
            RedisValue[] values =
                [mine, stored[1], JsonSerializer.Serialize(merged, Json.Events), (long)Life.TotalMilliseconds];
            var done = await redis.ScriptEvaluateAsync(Merge, [key, guest], values).WaitAsync(cancel);
            // The merged cart is shown although it was not stored; the next request merges again.
            if ((int)done == 1 || attempt == MergeAttempts)
                return merged;
        }
    }

    private static CartLine[] Lines(RedisValue stored)
    {
        try
        {
            return stored.IsNullOrEmpty
                ? []
                : JsonSerializer.Deserialize<CartLine[]>(stored.ToString(), Json.Events) ?? [];
        }
        catch (JsonException)
        {
            // Whatever this is, it is no cart; the next change replaces it.
            return [];
        }
    }

    private async Task<bool> TryAsync(Func<IDatabase, CancellationToken, Task> work)
    {
        using var timeout = new CancellationTokenSource(Timeout, clock);
        try
        {
            // Making the first connection may block for seconds.
            _redis ??= await Task.Run(services.GetRequiredService<IConnectionMultiplexer>).WaitAsync(timeout.Token);
            if (!_redis.IsConnected)
                return Away("not connected");

            await work(_redis.GetDatabase(), timeout.Token);
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
