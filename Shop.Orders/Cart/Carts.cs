using System.Text.Json;
using Shop.ServiceDefaults;
using StackExchange.Redis;

namespace Shop.Orders.Cart;

/// <summary>
/// Carts, kept in Redis for a month after their last change. A cart is a convenience that may get lost, so nobody waits
/// for it: what Redis does not answer soon is answered as unavailable.
/// </summary>
internal sealed partial class Carts(IServiceProvider services, TimeProvider clock, ILogger<Carts> log)
{
    public static readonly TimeSpan Life = TimeSpan.FromDays(30);
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(300);
    private const int MergeAttempts = 3;

    // Only if neither cart has changed since it was read: what was put aside is added once, however often it is asked for.
    private const string Merge = """
        if (redis.call('GET', KEYS[1]) or '') ~= ARGV[1] or redis.call('GET', KEYS[2]) ~= ARGV[2] then return 0 end
        redis.call('SET', KEYS[1], ARGV[3], 'PX', ARGV[4])
        redis.call('DEL', KEYS[2])
        return 1
        """;

    private IConnectionMultiplexer? _redis;
    private int _away;

    /// <summary>The lines, with what was put aside merged in for good; null when Redis is away.</summary>
    public async Task<IReadOnlyList<CartLine>?> ReadAsync(CartOwner owner)
    {
        IReadOnlyList<CartLine> lines = [];
        if (owner.Key is not { } key)
            return lines;

        var read = await TryAsync(async (redis, cancel) => lines = owner.PutAside is { } putAside
            ? await MergeAsync(redis, key, putAside, cancel)
            : Lines(await redis.StringGetAsync(key).WaitAsync(cancel)));
        return read ? lines : null;
    }

    /// <summary>
    /// Replaces the cart; what was put aside is gone with it. A guest without a cart, or with the name of one that there is
    /// not, gets a new one: so nobody but us ever names a cart. False when Redis is away.
    /// </summary>
    public Task<bool> WriteAsync(CartOwner owner, IReadOnlyList<CartLine> lines, HttpContext http) => TryAsync(async (redis, cancel) =>
    {
        RedisValue cart = JsonSerializer.Serialize(lines, Json.Events);
        var isWritten = owner.Key is { } key
            && await redis.StringSetAsync(key, cart, Life, owner.IsGuest ? When.Exists : When.Always).WaitAsync(cancel);
        if (!isWritten)
            await redis.StringSetAsync(CartOwner.Welcome(http).Key, cart, Life, When.NotExists).WaitAsync(cancel);

        if (owner.PutAside is { } putAside)
            await redis.KeyDeleteAsync(putAside).WaitAsync(cancel);
    });

    /// <summary>Empties the cart and what was put aside. False when Redis is away.</summary>
    public async Task<bool> RemoveAsync(CartOwner owner)
    {
        RedisKey[] keys = [.. new[] { owner.Key, owner.PutAside }.OfType<string>()];
        return keys.Length == 0
            || await TryAsync((redis, cancel) => redis.KeyDeleteAsync(keys).WaitAsync(cancel));
    }

    private static async Task<IReadOnlyList<CartLine>> MergeAsync(
        IDatabase redis, RedisKey key, RedisKey putAside, CancellationToken cancel)
    {
        for (var attempt = 1; ; attempt++)
        {
            var stored = await redis.StringGetAsync([key, putAside]).WaitAsync(cancel);
            if (stored[1].IsNullOrEmpty)
                return Lines(stored[0]);

            var merged = CartLine.Merge(Lines(stored[0]), Lines(stored[1]));
            RedisValue mine = stored[0].IsNull ? RedisValue.EmptyString : stored[0];
            RedisValue[] values = [mine, stored[1], JsonSerializer.Serialize(merged, Json.Events), (long)Life.TotalMilliseconds];
            var done = await redis.ScriptEvaluateAsync(Merge, [key, putAside], values).WaitAsync(cancel);
            // Who changes a cart that fast sees the merged one now, and has it stored by the next reading.
            if ((int)done == 1 || attempt == MergeAttempts)
                return merged;
        }
    }

    private static CartLine[] Lines(RedisValue stored)
    {
        try
        {
            return stored.IsNullOrEmpty ? [] : JsonSerializer.Deserialize<CartLine[]>(stored.ToString(), Json.Events) ?? [];
        }
        catch (JsonException)
        {
            // Whatever this is, it is no cart; the next change replaces it.
            return [];
        }
    }

    private async Task<bool> TryAsync(Func<IDatabase, CancellationToken, Task> work)
    {
        using var patience = new CancellationTokenSource(Patience, clock);
        try
        {
            // Making the first connection may block for seconds.
            _redis ??= await Task.Run(services.GetRequiredService<IConnectionMultiplexer>).WaitAsync(patience.Token);
            if (!_redis.IsConnected)
                return Away("not connected");

            await work(_redis.GetDatabase(), patience.Token);
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
