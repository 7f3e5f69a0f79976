using Microsoft.Extensions.Hosting;

namespace Shop.Tests.Messaging;

/// <summary>Redis only carries: whatever happens to it, the consumers go on by themselves when it is back.</summary>
[Collection(nameof(Backends))]
public sealed class RedisThatForgets(Backends backends)
{
    [Theory]
    [InlineData("FLUSHALL")]
    [InlineData("DEL", Restaurant.Orders)]
    public async Task Everything_gets_what_is_sent_afterwards(params string[] damage)
    {
        await using var restaurant = await Restaurant.OpenAsync(backends);
        var till = await restaurant.AddTillAsync();
        await restaurant.AddKitchenAsync();
        await Restaurant.OrderAsync(till, MealOrdered.ForTables(300));
        await Eventually.Is(restaurant.DishesAsync, dishes => dishes > 0);

        await backends.Streams.ExecuteAsync(damage[0], [.. damage.Skip(1)]);

        var after = MealOrdered.ForTables(200);
        foreach (var meals in after.Chunk(20))
            await Restaurant.OrderAsync(till, meals);
        var tables = string.Join(',', after.Select(meal => $"'{meal.Table}'"));
        await Eventually.Equals(200L, () => restaurant.CountAsync($"SELECT count(*) FROM kitchen.dishes WHERE table_id IN ({tables})"), TimeSpan.FromSeconds(10), "Dishes after the damage");
        Assert.Equal(0, await restaurant.CountAsync("SELECT count(*) - count(DISTINCT message_id) FROM kitchen.dishes"));
    }

    [Theory]
    [InlineData("FLUSHALL")]
    [InlineData("DEL", Restaurant.Orders)]
    [InlineData("XGROUP", "DESTROY", Restaurant.Orders, "kitchen")]
    public async Task Everything_sends_again_what_a_consumer_that_was_away_has_not_read(params string[] damage)
    {
        await using var restaurant = await Restaurant.OpenAsync(backends);
        var till = await restaurant.AddTillAsync();
        var kitchen = await restaurant.AddKitchenAsync();
        await Restaurant.OrderAsync(till, MealOrdered.ForTables(10));
        await restaurant.CookedAsync(10);
        await restaurant.StopAsync(kitchen);

        await Restaurant.OrderAsync(till, MealOrdered.ForTables(50));
        await SentAsync(restaurant);
        await backends.Streams.ExecuteAsync(damage[0], [.. damage.Skip(1)]);
        await restaurant.AddKitchenAsync();

        await restaurant.CookedAsync(60, TimeSpan.FromSeconds(15));
        Assert.Equal(60, await restaurant.CountAsync("SELECT count(DISTINCT message_id) FROM kitchen.dishes"));
    }

    [Fact]
    public async Task Everything_again_and_again_while_two_relays_send_loses_nothing_and_doubles_nothing()
    {
        await using var restaurant = await Restaurant.OpenAsync(backends);
        IHost[] tills = [await restaurant.AddTillAsync(), await restaurant.AddTillAsync()];
        await restaurant.AddKitchenAsync();
        await restaurant.AddKitchenAsync();

        var ordered = 0L;
        for (var round = 0; round < 12; round++)
        {
            foreach (var meals in MealOrdered.ForTables(100).Chunk(10))
            {
                await Restaurant.OrderAsync(tills[ordered / 10 % 2], meals);
                ordered += meals.Length;
            }

            await backends.Streams.ExecuteAsync("FLUSHALL");
        }

        await restaurant.CookedAsync(ordered, TimeSpan.FromSeconds(30));
        Assert.Equal(ordered, await restaurant.CountAsync("SELECT count(DISTINCT message_id) FROM kitchen.dishes"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_group_that_comes_later_gets_what_the_others_are_done_with(bool everythingIsLost)
    {
        await using var restaurant = await Restaurant.OpenAsync(backends);
        var till = await restaurant.AddTillAsync();
        await restaurant.AddKitchenAsync();
        await Restaurant.OrderAsync(till, MealOrdered.ForTables(50));
        await restaurant.CookedAsync(50);
        await SentAsync(restaurant);
        if (everythingIsLost)
            await backends.Streams.ExecuteAsync("FLUSHALL");
        else
            await backends.Streams.StreamTrimAsync(Restaurant.Orders, 0);

        await restaurant.AddConsumerAsync("bar");

        await restaurant.CookedAsync(100, TimeSpan.FromSeconds(15));
        Assert.Equal(50, await restaurant.CountAsync("SELECT count(*) FROM kitchen.inbox WHERE consumer = 'bar'"));
        Assert.Equal(50, await restaurant.CountAsync("SELECT count(*) FROM kitchen.inbox WHERE consumer = 'kitchen'"));
    }

    [Fact]
    public async Task A_restart_of_Redis_sends_again_only_what_nobody_has_recorded()
    {
        await using var restaurant = await Restaurant.OpenAsync(backends);
        var till = await restaurant.AddTillAsync();
        await restaurant.AddKitchenAsync();
        await Restaurant.OrderAsync(till, MealOrdered.ForTables(50));
        await restaurant.CookedAsync(50);
        // Recorded up to the last of them.
        await Eventually.Equals(0L, () => restaurant.CountAsync("SELECT count(*) FROM till.outbox_sent, till.outbox_stream AS life WHERE outbox_sent.epoch = life.epoch AND entry > recorded"), what: "Unrecorded events");
        var life = await restaurant.CountAsync("SELECT epoch::bigint FROM till.outbox_stream");

        await backends.StopRedisAsync();
        await backends.StartRedisAsync();

        await Eventually.Is(() => restaurant.CountAsync("SELECT epoch::bigint FROM till.outbox_stream"), epoch => epoch > life, what: "The stream's new life");
        Assert.Equal(50, await restaurant.CountAsync("SELECT count(*) FROM till.outbox_sent"));
        Assert.Equal(0, await restaurant.CountAsync("SELECT count(*) FROM till.outbox"));
        await Restaurant.OrderAsync(till, MealOrdered.ForTables(10));
        await restaurant.CookedAsync(60);
    }

    [Fact]
    public async Task The_group_delivers_all_again_and_nothing_is_applied_twice()
    {
        await using var restaurant = await Restaurant.OpenAsync(backends);
        var till = await restaurant.AddTillAsync();
        await restaurant.AddKitchenAsync();
        await Restaurant.OrderAsync(till, MealOrdered.ForTables(300));
        await Eventually.Is(restaurant.DishesAsync, dishes => dishes > 0);

        await backends.Streams.ExecuteAsync("XGROUP", "DESTROY", Restaurant.Orders, "kitchen");
        await Restaurant.OrderAsync(till, MealOrdered.ForTables(200));

        await restaurant.CookedAsync(500, TimeSpan.FromSeconds(10));
        await Eventually.Equals("0 pending, 500 inbox", async () =>
            $"{(await backends.Streams.StreamPendingAsync(Restaurant.Orders, "kitchen")).PendingMessageCount} pending, {await restaurant.CountAsync("SELECT count(*) FROM kitchen.inbox")} inbox");
        Assert.Equal(500, await restaurant.DishesAsync());
    }

    [Fact]
    public async Task Itself_for_a_while_delays_and_loses_nothing()
    {
        await using var restaurant = await Restaurant.OpenAsync(backends);
        var till = await restaurant.AddTillAsync();
        await restaurant.AddKitchenAsync();
        await Restaurant.OrderAsync(till, MealOrdered.ForTables(100));
        await restaurant.CookedAsync(100);

        await backends.StopRedisAsync();
        await Restaurant.OrderAsync(till, MealOrdered.ForTables(100));
        Assert.Equal(100, await restaurant.CountAsync("SELECT count(*) FROM till.outbox"));
        await backends.StartRedisAsync();

        await restaurant.CookedAsync(200, TimeSpan.FromSeconds(15));
        Assert.Equal(200, await restaurant.CountAsync("SELECT count(DISTINCT message_id) FROM kitchen.dishes"));
    }

    private static Task<long> SentAsync(Restaurant restaurant) =>
        Eventually.Equals(0L, () => restaurant.CountAsync("SELECT count(*) FROM till.outbox"), what: "Unsent events");
}
