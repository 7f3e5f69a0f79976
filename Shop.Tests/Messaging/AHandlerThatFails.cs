using System.Diagnostics;
using Microsoft.EntityFrameworkCore;

namespace Shop.Tests.Messaging;

[Collection(nameof(Backends))]
public sealed class AHandlerThatFails(Backends backends)
{
    private static readonly string[] ShortRetries = ["RetryDelays:0=00:00:00.1", "RetryDelays:1=00:00:00.2"];

    [Fact]
    public async Task Leaves_nothing_behind_until_it_succeeds()
    {
        await using var restaurant = await Restaurant.OpenAsync(backends);
        var till = await restaurant.AddTillAsync();
        var burns = true;
        await restaurant.AddKitchenAsync(
            async (_, db, _, cancel) =>
            {
                await db.SaveChangesAsync(cancel);
                if (Volatile.Read(ref burns))
                    throw new InvalidOperationException("Burnt.");
            },
            [.. Enumerable.Range(0, 50).Select(retry => $"RetryDelays:{retry}=00:00:00.05")]);

        await Restaurant.OrderAsync(till, MealOrdered.ForTables(5));
        await Eventually.Equals(5, PendingAsync, what: "Entries pending");
        Assert.Equal(0, await restaurant.CountAsync("SELECT (SELECT count(*) FROM kitchen.inbox) + (SELECT count(*) FROM kitchen.dishes)"));

        Volatile.Write(ref burns, false);
        await restaurant.CookedAsync(5);
        Assert.Equal(5, await restaurant.CountAsync("SELECT count(*) FROM kitchen.inbox"));
    }

    [Fact]
    public async Task Ends_as_a_dead_letter_and_holds_up_nobody_else()
    {
        await using var restaurant = await Restaurant.OpenAsync(backends);
        var till = await restaurant.AddTillAsync();
        await restaurant.AddKitchenAsync(
            (meal, _, _, _) => meal.Wish == "poison" ? throw new InvalidOperationException("No such dish.") : Task.CompletedTask,
            ShortRetries);
        await Restaurant.OrderAsync(till, MealOrdered.ForTables(1));
        await restaurant.CookedAsync(1);
        var usual = Stopwatch.StartNew();
        await Restaurant.OrderAsync(till, MealOrdered.ForTables(200));
        await restaurant.CookedAsync(201);
        usual.Stop();

        var meals = MealOrdered.ForTables(200);
        for (var bad = 0; bad < meals.Length; bad += 20)
            meals[bad] = meals[bad] with { Wish = "poison" };

        var watch = Stopwatch.StartNew();
        await Restaurant.OrderAsync(till, meals);
        await restaurant.CookedAsync(391);
        // A second at most, on top of what the machine makes of it.
        Assert.True(watch.Elapsed < (3 * usual.Elapsed) + TimeSpan.FromSeconds(1), $"The neighbours took {watch.Elapsed}, without poison {usual.Elapsed}");

        await Eventually.Equals(10L, () => restaurant.CountAsync("SELECT count(*) FROM kitchen.dead_letters WHERE attempts = 3 AND cause LIKE '%No such dish.%'"), what: "Dead letters");
        await Eventually.Equals(0, PendingAsync, what: "Entries pending");
        Assert.Equal(401, await restaurant.CountAsync("SELECT count(*) FROM kitchen.inbox"));
        Assert.Equal(391, await restaurant.DishesAsync());
    }

    [Fact]
    public async Task By_hanging_holds_up_nobody_else()
    {
        await using var restaurant = await Restaurant.OpenAsync(backends);
        var till = await restaurant.AddTillAsync();
        var slow = 0;
        await restaurant.AddKitchenAsync(async (meal, _, _, cancel) =>
        {
            if (meal.Wish == "slow")
            {
                Interlocked.Increment(ref slow);
                await Task.Delay(TimeSpan.FromSeconds(2), cancel);
            }
        });
        await Restaurant.OrderAsync(till, MealOrdered.ForTables(1));
        await restaurant.CookedAsync(1);

        var meals = MealOrdered.ForTables(50);
        meals[10] = meals[10] with { Wish = "slow" };
        var watch = Stopwatch.StartNew();
        await Restaurant.OrderAsync(till, meals);
        await restaurant.CookedAsync(50, within: TimeSpan.FromSeconds(5));
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(1.5), $"The neighbours took {watch.Elapsed}");

        await restaurant.CookedAsync(51, within: TimeSpan.FromSeconds(8));
        Assert.InRange(slow, 1, 2);
    }

    [Fact]
    public async Task Against_another_transaction_is_tried_again_without_counting()
    {
        await using var restaurant = await Restaurant.OpenAsync(backends);
        await restaurant.ExecuteAsync("CREATE TABLE kitchen.pans (id int PRIMARY KEY, used int NOT NULL); INSERT INTO kitchen.pans SELECT id, 0 FROM generate_series(1, 5) AS id");
        var till = await restaurant.AddTillAsync();
        Cook cook = async (meal, db, _, cancel) =>
        {
            // In one order for each meal, but not for all that share a transaction: these wait for each other in circles.
            int[] pans = [1 + (meal.Number % 5), 1 + (meal.Number * 7 / 3 % 5)];
            foreach (var pan in pans.Order())
                await db.Database.ExecuteSqlAsync($"UPDATE kitchen.pans SET used = used + 1 WHERE id = {pan}", cancel);
        };
        await restaurant.AddKitchenAsync(cook, "HandleBatch=8");
        await restaurant.AddKitchenAsync(cook, "HandleBatch=8");

        await Restaurant.OrderAsync(till, MealOrdered.ForTables(100));

        await restaurant.CookedAsync(100);
        Assert.Equal(200, await restaurant.CountAsync("SELECT sum(used) FROM kitchen.pans"));
        Assert.Equal(0, await restaurant.CountAsync("SELECT count(*) FROM kitchen.dead_letters"));
    }

    [Fact]
    public async Task To_understand_a_message_keeps_it_for_an_operator()
    {
        await using var restaurant = await Restaurant.OpenAsync(backends);
        await restaurant.AddKitchenAsync();
        string Event(string type, string data, string id) =>
            $$"""{"specversion":"1.0","id":"{{id}}","source":"/shop/till","type":"{{type}}","subject":"t1","time":"2026-01-01T00:00:00Z","data":{{data}}}""";

        await restaurant.PutAsync("not json \0 at all");
        await restaurant.PutAsync(new string('x', 2 * 1024 * 1024));
        await restaurant.PutAsync(Event(MealOrdered.Type, """{"table":5}""", "01960000-0000-7000-8000-000000000001"));
        await backends.Streams.StreamAddAsync(Restaurant.Orders, "other", "field");
        await restaurant.PutAsync(Event("shop.till.till-closed.v1", "{}", "01960000-0000-7000-8000-000000000002"));
        await restaurant.PutAsync(Event(MealOrdered.Type, $$"""{"table":"{{Guid.CreateVersion7()}}","number":1,"fromTheFuture":true}""", "01960000-0000-7000-8000-000000000003"));

        await restaurant.CookedAsync(1);
        await Eventually.Equals(4L, () => restaurant.CountAsync("SELECT count(*) FROM kitchen.dead_letters WHERE attempts = 0"), what: "Dead letters");
        await Eventually.Equals(0, PendingAsync, what: "Entries pending");
        Assert.Equal(1024 * 1024, await restaurant.CountAsync("SELECT max(length(content))::bigint FROM kitchen.dead_letters"));
    }

    private async Task<int> PendingAsync() => (await backends.Streams.StreamPendingAsync(Restaurant.Orders, "kitchen")).PendingMessageCount;
}
