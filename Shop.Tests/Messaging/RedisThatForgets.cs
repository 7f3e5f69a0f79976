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
}
