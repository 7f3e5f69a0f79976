using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Shop.Messaging;
using StackExchange.Redis;

namespace Shop.Tests.Messaging;

[Collection(nameof(Backends))]
public sealed class AConsumer(Backends backends)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task That_died_leaves_its_entries_to_the_others()
    {
        await using var restaurant = await Restaurant.OpenAsync(backends);
        var till = await restaurant.AddTillAsync();
        await backends.Streams.StreamCreateConsumerGroupAsync(Restaurant.Orders, "kitchen", "0-0");
        await Restaurant.OrderAsync(till, MealOrdered.ForTables(50));
        await Eventually.Equals(50, async () => (int)await backends.Streams.StreamLengthAsync(Restaurant.Orders));
        await backends.Streams.StreamReadGroupAsync(Restaurant.Orders, "kitchen", "died-after-reading", ">", 50);

        await restaurant.AddKitchenAsync();

        await restaurant.CookedAsync(50, TimeSpan.FromSeconds(10));
        await Eventually.Equals(0, PendingAsync, what: "Entries pending");
        Assert.Equal(50, await restaurant.CountAsync("SELECT count(DISTINCT message_id) FROM kitchen.dishes"));
    }

    [Fact]
    public async Task That_is_asked_to_stop_finishes_what_it_has_begun_and_leaves_the_group()
    {
        await using var restaurant = await Restaurant.OpenAsync(backends);
        var till = await restaurant.AddTillAsync();
        var begun = new SemaphoreSlim(0);
        var kitchen = await restaurant.AddKitchenAsync(async (_, _, _, cancel) =>
        {
            begun.Release();
            await Task.Delay(TimeSpan.FromSeconds(1), cancel);
        });
        await Restaurant.OrderAsync(till, MealOrdered.ForTables(1));
        await begun.WaitAsync(Cancel);

        await kitchen.StopAsync(Cancel);

        Assert.Equal(1, await restaurant.DishesAsync());
        Assert.Equal(0, await PendingAsync());
        Assert.Empty(await ConsumersAsync());
    }

    [Fact]
    public async Task That_leaves_something_pending_is_kept_until_another_has_taken_it()
    {
        await using var restaurant = await Restaurant.OpenAsync(backends);
        var till = await restaurant.AddTillAsync();
        var failed = new SemaphoreSlim(0);
        var kitchen = await restaurant.AddKitchenAsync(
            (_, _, _, _) =>
            {
                failed.Release();
                throw new InvalidOperationException("The oven is broken.");
            },
            "RetryDelays:0=00:01:00");
        await Restaurant.OrderAsync(till, MealOrdered.ForTables(1));
        await failed.WaitAsync(Cancel);

        await kitchen.StopAsync(Cancel);
        var left = Assert.Single(await ConsumersAsync());
        Assert.Equal(1, left.PendingMessageCount);

        await restaurant.AddKitchenAsync();
        await restaurant.CookedAsync(1, TimeSpan.FromSeconds(10));
        await Eventually.Equals(0, PendingAsync, what: "Entries pending");
    }

    [Fact]
    public async Task Is_given_time_to_finish_by_its_host()
    {
        await using var restaurant = await Restaurant.OpenAsync(backends);
        var kitchen = await restaurant.AddKitchenAsync();

        Assert.InRange(kitchen.Services.GetRequiredService<IOptions<HostOptions>>().Value.ShutdownTimeout.TotalSeconds, 20, 25);
    }

    [Fact]
    public async Task Never_misses_what_was_trimmed()
    {
        await using var restaurant = await Restaurant.OpenAsync(backends);
        var till = await restaurant.AddTillAsync();
        foreach (var group in new[] { "kitchen", "bar", "cellar" })
            await backends.Streams.StreamCreateConsumerGroupAsync(Restaurant.Orders, group, "0-0");
        await Restaurant.OrderAsync(till, MealOrdered.ForTables(1000));
        await Eventually.Equals(1000, async () => (int)await backends.Streams.StreamLengthAsync(Restaurant.Orders));
        var streams = till.Services.GetRequiredService<RedisStreams>();

        // The kitchen is done with all, the bar holds the 300th, the cellar has read nothing.
        var entries = await backends.Streams.StreamReadGroupAsync(Restaurant.Orders, "kitchen", "one", ">", 1000);
        var ids = Array.ConvertAll(entries, entry => entry.Id);
        await backends.Streams.StreamAcknowledgeAsync(Restaurant.Orders, "kitchen", ids);
        await backends.Streams.StreamReadGroupAsync(Restaurant.Orders, "bar", "one", ">", 1000);
        await backends.Streams.StreamAcknowledgeAsync(Restaurant.Orders, "bar", [.. ids.Where((_, index) => index != 300)]);
        await streams.TrimAsync(Restaurant.Orders, TimeSpan.FromSeconds(-1), TimeSpan.FromDays(7));
        Assert.Equal(1000, await backends.Streams.StreamLengthAsync(Restaurant.Orders));

        await backends.Streams.StreamReadGroupAsync(Restaurant.Orders, "cellar", "one", ">", 1000);
        await backends.Streams.StreamAcknowledgeAsync(Restaurant.Orders, "cellar", ids);
        await streams.TrimAsync(Restaurant.Orders, TimeSpan.FromSeconds(-1), TimeSpan.FromDays(7));
        Assert.InRange(await backends.Streams.StreamLengthAsync(Restaurant.Orders), 700, 999);
        Assert.Equal(ids[300], Assert.Single(await backends.Streams.StreamRangeAsync(Restaurant.Orders, ids[300], ids[300])).Id);

        await backends.Streams.StreamAcknowledgeAsync(Restaurant.Orders, "bar", [ids[300]]);
        await streams.TrimAsync(Restaurant.Orders, TimeSpan.FromSeconds(-1), TimeSpan.FromDays(7));
        Assert.InRange(await backends.Streams.StreamLengthAsync(Restaurant.Orders), 0, 199);
    }

    private async Task<StreamConsumerInfo[]> ConsumersAsync() => await backends.Streams.StreamConsumerInfoAsync(Restaurant.Orders, "kitchen");

    private async Task<int> PendingAsync() => (await backends.Streams.StreamPendingAsync(Restaurant.Orders, "kitchen")).PendingMessageCount;
}
