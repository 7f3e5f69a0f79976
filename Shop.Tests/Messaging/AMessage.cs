using System.Diagnostics;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Shop.Messaging;

namespace Shop.Tests.Messaging;

[Collection(nameof(Backends))]
public sealed class AMessage(Backends backends)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Is_handled_soon_after_its_commit_and_never_waits_for_a_poll()
    {
        await using var restaurant = await Restaurant.OpenAsync(backends);
        var till = await restaurant.AddTillAsync();
        var cooked = new SemaphoreSlim(0);
        await restaurant.AddKitchenAsync((_, _, _, _) =>
        {
            cooked.Release();
            return Task.CompletedTask;
        });
        await Restaurant.OrderAsync(till, MealOrdered.ForTables(1));
        await cooked.WaitAsync(Cancel);

        List<TimeSpan> waits = [];
        for (var i = 0; i < 40; i++)
        {
            // At every phase of whatever loops there are.
            await Task.Delay(Random.Shared.Next(1, 60), Cancel);
            await Restaurant.OrderAsync(till, MealOrdered.ForTables(1));
            var committed = Stopwatch.GetTimestamp();
            await cooked.WaitAsync(Cancel);
            waits.Add(Stopwatch.GetElapsedTime(committed));
        }

        // A poll would cost half a second on each of two hops; the machine may stutter once or twice.
        waits.Sort();
        Assert.True(waits[20] < TimeSpan.FromMilliseconds(300), $"Median: {waits[20]}");
        Assert.True(waits[36] < TimeSpan.FromMilliseconds(700), $"90 %: {waits[36]}");
    }

    [Fact]
    public async Task Delivered_twice_is_applied_once()
    {
        await using var restaurant = await Restaurant.OpenAsync(backends);
        var till = await restaurant.AddTillAsync();
        await restaurant.AddKitchenAsync();
        await Restaurant.OrderAsync(till, MealOrdered.ForTables(20));
        await restaurant.CookedAsync(20);

        var sent = await backends.Streams.StreamRangeAsync(Restaurant.Orders);
        foreach (var entry in sent)
            await backends.Streams.StreamAddAsync(Restaurant.Orders, Envelope.Field, entry[Envelope.Field]);
        await Restaurant.OrderAsync(till, MealOrdered.ForTables(1));
        await restaurant.CookedAsync(21);

        await Eventually.Equals(0, PendingAsync, what: "Entries pending");
        Assert.Equal(41, await backends.Streams.StreamLengthAsync(Restaurant.Orders));
        Assert.Equal(21, await restaurant.DishesAsync());
    }

    [Fact]
    public async Task Of_a_change_that_was_rolled_back_is_never_sent()
    {
        await using var restaurant = await Restaurant.OpenAsync(backends);
        var till = await restaurant.AddTillAsync();
        await restaurant.AddKitchenAsync();

        await using (var scope = till.Services.CreateAsyncScope())
        {
            var db = scope.ServiceProvider.GetRequiredService<TillDb>();
            await using var transaction = await db.Database.BeginTransactionAsync(Cancel);
            db.Publish(new MealOrdered(Guid.CreateVersion7(), 1));
            await db.SaveChangesAsync(Cancel);
            await transaction.RollbackAsync(Cancel);
        }

        await Restaurant.OrderAsync(till, new MealOrdered(Guid.CreateVersion7(), 2));
        await restaurant.CookedAsync(1);
        Assert.Equal([2], await restaurant.ListAsync<int>("SELECT number FROM kitchen.dishes"));
        Assert.Equal(1, await backends.Streams.StreamLengthAsync(Restaurant.Orders));
    }

    [Fact]
    public async Task Is_applied_once_by_two_consumers_however_many_relays_send_it()
    {
        await using var restaurant = await Restaurant.OpenAsync(backends);
        var till = await restaurant.AddTillAsync();
        await restaurant.AddTillAsync();
        await restaurant.AddKitchenAsync();
        await restaurant.AddKitchenAsync();

        await Parallel.ForAsync(0, 20, async (_, _) => await Restaurant.OrderAsync(till, MealOrdered.ForTables(50)));

        await restaurant.CookedAsync(1000);
        await Eventually.Equals(0, PendingAsync, what: "Entries pending");
        Assert.Equal(0, await restaurant.CountAsync("SELECT count(*) FROM till.outbox"));
        Assert.Equal(1000, await restaurant.CountAsync("SELECT count(DISTINCT message_id) FROM kitchen.dishes"));
        Assert.Equal(1000, await restaurant.DishesAsync());
        Assert.Equal(1000, await restaurant.CountAsync("SELECT count(*) FROM kitchen.inbox"));
    }

    [Fact]
    public async Task Waits_for_those_before_it_about_the_same()
    {
        await using var restaurant = await Restaurant.OpenAsync(backends);
        var till = await restaurant.AddTillAsync();
        var tables = MealOrdered.ForTables(10);
        var failed = 0;
        await restaurant.AddKitchenAsync(
            (meal, _, _, _) => meal.Number == 3 && Interlocked.Increment(ref failed) <= 5
                ? throw new InvalidOperationException("Dropped on the floor.")
                : Task.CompletedTask,
            "RetryDelays:0=00:00:00.05", "RetryDelays:1=00:00:00.05", "RetryDelays:2=00:00:00.05");

        for (var number = 0; number < 20; number++)
            await Restaurant.OrderAsync(till, tables.Select(table => table with { Number = number }));

        await restaurant.CookedAsync(200);
        Assert.True(failed > 0);
        foreach (var table in tables)
            Assert.Equal(Enumerable.Range(0, 20), await restaurant.ListAsync<int>($"SELECT number FROM kitchen.dishes WHERE table_id = '{table.Table}' ORDER BY id"));
    }

    [Fact]
    public async Task Carries_the_trace_to_whoever_handles_it()
    {
        using var source = new ActivitySource("Shop.Tests.Messaging");
        using var listener = new ActivityListener
        {
            ShouldListenTo = listened => listened == source || listened.Name == "Shop.Messaging",
            Sample = static (ref _) => ActivitySamplingResult.AllData,
        };
        ActivitySource.AddActivityListener(listener);
        await using var restaurant = await Restaurant.OpenAsync(backends);
        var till = await restaurant.AddTillAsync();
        var handled = new TaskCompletionSource<Activity?>(TaskCreationOptions.RunContinuationsAsynchronously);
        await restaurant.AddKitchenAsync((_, _, _, _) =>
        {
            handled.TrySetResult(Activity.Current);
            return Task.CompletedTask;
        });

        using var ordering = source.StartActivity("order");
        await Restaurant.OrderAsync(till, MealOrdered.ForTables(1));

        var cooking = await handled.Task.WaitAsync(TimeSpan.FromSeconds(10), Cancel);
        Assert.Equal((ordering!.TraceId, ordering.SpanId), (cooking!.TraceId, cooking.ParentSpanId));
        Assert.Equal((ActivityKind.Consumer, "process meal-ordered"), (cooking.Kind, cooking.DisplayName));
    }

    private async Task<int> PendingAsync() => (await backends.Streams.StreamPendingAsync(Restaurant.Orders, "kitchen")).PendingMessageCount;
}
