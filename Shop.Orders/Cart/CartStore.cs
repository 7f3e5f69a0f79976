using Microsoft.Extensions.Caching.Memory;
using Shop.ServiceDefaults;
using StackExchange.Redis;

namespace Shop.Orders.Cart;

/// <summary>Keeps carts, as JSON by their keys, for <see cref="Carts.Life"/> after the last change.</summary>
internal abstract class CartStore
{
    public abstract Task<string?> ReadAsync(string key, CancellationToken cancel);

    /// <returns>False when it had to exist and does not.</returns>
    public abstract Task<bool> WriteAsync(string key, string cart, bool onlyIfExists, CancellationToken cancel);

    public abstract Task RemoveAsync(string[] keys, CancellationToken cancel);

    /// <summary>
    /// Replaces a cart and removes the guest cart, only if neither has changed since it was read: the guest cart is
    /// added once, however many requests try.
    /// </summary>
    public abstract Task<bool> MergeAsync(
        string key, string mine, string guest, string theirs, string merged, CancellationToken cancel);
}

/// <summary>Shared by all replicas.</summary>
internal sealed class RedisCartStore(IServiceProvider services) : CartStore
{
    private const string Merge = """
        if (redis.call('GET', KEYS[1]) or '') ~= ARGV[1] or redis.call('GET', KEYS[2]) ~= ARGV[2] then return 0 end
        redis.call('SET', KEYS[1], ARGV[3], 'PX', ARGV[4])
        redis.call('DEL', KEYS[2])
        return 1
        """;

    private IConnectionMultiplexer? _redis;

    public override async Task<string?> ReadAsync(string key, CancellationToken cancel) =>
        await (await ConnectAsync(cancel)).StringGetAsync(key).WaitAsync(cancel);

    public override async Task<bool> WriteAsync(
        string key, string cart, bool onlyIfExists, CancellationToken cancel) =>
        await (await ConnectAsync(cancel))
            .StringSetAsync(key, cart, Carts.Life, onlyIfExists ? When.Exists : When.Always).WaitAsync(cancel);

    public override async Task RemoveAsync(string[] keys, CancellationToken cancel) =>
        await (await ConnectAsync(cancel)).KeyDeleteAsync(Array.ConvertAll(keys, key => (RedisKey)key))
            .WaitAsync(cancel);

    public override async Task<bool> MergeAsync(
        string key, string mine, string guest, string theirs, string merged, CancellationToken cancel)
    {
        var redis = await ConnectAsync(cancel);
        RedisValue[] values = [mine, theirs, merged, (long)Carts.Life.TotalMilliseconds];
        return (int)await redis.ScriptEvaluateAsync(Merge, [key, guest], values).WaitAsync(cancel) == 1;
    }

    private async Task<IDatabase> ConnectAsync(CancellationToken cancel)
    {
        // Making the first connection may block for seconds.
        _redis ??= await Task.Run(services.GetRequiredService<IConnectionMultiplexer>, cancel).WaitAsync(cancel);
        return _redis.IsConnected
            ? _redis.GetDatabase()
            : throw new RedisException("Not connected.");
    }
}

/// <summary>
/// For a process that has no Redis, since it is alone: its carts end with it. There is room for a limited number, so
/// that guests can't fill the memory.
/// </summary>
internal sealed class MemoryCartStore : CartStore, IDisposable
{
    private const int MaxCarts = 20_000;
    private readonly MemoryCache _carts = new(new MemoryCacheOptions { SizeLimit = MaxCarts });
    private readonly Lock _lock = new();

    public override Task<string?> ReadAsync(string key, CancellationToken cancel) =>
        Task.FromResult(_carts.Get<string>(key));

    public override Task<bool> WriteAsync(string key, string cart, bool onlyIfExists, CancellationToken cancel)
    {
        lock (_lock)
        {
            if (onlyIfExists && !_carts.TryGetValue(key, out _))
                return Task.FromResult(false);

            Set(key, cart);
            return Task.FromResult(true);
        }
    }

    public override Task RemoveAsync(string[] keys, CancellationToken cancel)
    {
        lock (_lock)
            Array.ForEach(keys, key => _carts.Remove(key));

        return Task.CompletedTask;
    }

    public override Task<bool> MergeAsync(
        string key, string mine, string guest, string theirs, string merged, CancellationToken cancel)
    {
        lock (_lock)
        {
            if ((_carts.Get<string>(key) ?? "") != mine || _carts.Get<string>(guest) != theirs)
                return Task.FromResult(false);

            Set(key, merged);
            _carts.Remove(guest);
            return Task.FromResult(true);
        }
    }

    public void Dispose() => _carts.Dispose();

    private void Set(string key, string cart) => _carts.Set(
        key, cart, new MemoryCacheEntryOptions { Size = 1, AbsoluteExpirationRelativeToNow = Carts.Life });
}

internal static class CartSetup
{
    public static void AddCarts(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<Carts>();
        if (string.IsNullOrEmpty(builder.Configuration.GetConnectionString("redis")))
        {
            builder.Services.AddSingleton<CartStore, MemoryCartStore>();
            return;
        }

        builder.AddRedis();
        builder.Services.AddSingleton<CartStore, RedisCartStore>();
    }
}
