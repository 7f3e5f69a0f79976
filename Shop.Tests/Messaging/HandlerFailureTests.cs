using System.Diagnostics;
using Microsoft.EntityFrameworkCore;

namespace Shop.Tests.Messaging;

[Collection(nameof(Backends))]
public sealed class HandlerFailureTests(Backends backends)
{
    private static readonly string[] ShortRetries = ["RetryDelays:0=00:00:00.1", "RetryDelays:1=00:00:00.2"];

    [Fact]
    public async Task A_failing_handler_leaves_no_effect_until_it_succeeds()
    {
        await using var modules = await TestModules.CreateAsync(backends);
        var producer = await modules.AddProducerAsync();
        var fails = true;
        await modules.AddConsumerAsync(
            async (_, db, _, cancel) =>
            {
                await db.SaveChangesAsync(cancel);
                if (Volatile.Read(ref fails))
                    throw new InvalidOperationException("It failed.");
            },
            [.. Enumerable.Range(0, 50).Select(retry => $"RetryDelays:{retry}=00:00:00.05")]);

        await TestModules.PublishAsync(producer, ItemChanged.ForItems(5));
        await Eventually.Equals(5, PendingAsync, what: "Entries pending");
        Assert.Equal(0, await modules.CountAsync(
            "SELECT (SELECT count(*) FROM consumer.inbox) + (SELECT count(*) FROM consumer.rows)"));

        Volatile.Write(ref fails, false);
        await modules.HasRowsAsync(5);
        Assert.Equal(5, await modules.CountAsync("SELECT count(*) FROM consumer.inbox"));
    }

    [Fact]
    public async Task A_message_that_always_fails_becomes_a_dead_letter_and_delays_no_other()
    {
        await using var modules = await TestModules.CreateAsync(backends);
        var producer = await modules.AddProducerAsync();
        await modules.AddConsumerAsync(
            (message, _, _, _) => message.Note == "poison"
                ? throw new InvalidOperationException("No such item.")
                : Task.CompletedTask,
            ShortRetries);
        await TestModules.PublishAsync(producer, ItemChanged.ForItems(1));
        await modules.HasRowsAsync(1);
        var usual = Stopwatch.StartNew();
        await TestModules.PublishAsync(producer, ItemChanged.ForItems(200));
        await modules.HasRowsAsync(201);
        usual.Stop();

        var messages = ItemChanged.ForItems(200);
        for (var bad = 0; bad < messages.Length; bad += 20)
            messages[bad] = messages[bad] with { Note = "poison" };

        var watch = Stopwatch.StartNew();
        await TestModules.PublishAsync(producer, messages);
        await modules.HasRowsAsync(391);
        // A second at most, on top of what the machine makes of it.
        Assert.True(
            watch.Elapsed < (3 * usual.Elapsed) + TimeSpan.FromSeconds(1),
            $"The neighbours took {watch.Elapsed}, without poison {usual.Elapsed}");

        await Eventually.Equals(
            10L,
            () => modules.CountAsync(
                "SELECT count(*) FROM consumer.dead_letters WHERE attempts = 3 AND cause LIKE '%No such item.%'"),
            what: "Dead letters");
        await Eventually.Equals(0, PendingAsync, what: "Entries pending");
        Assert.Equal(401, await modules.CountAsync("SELECT count(*) FROM consumer.inbox"));
        Assert.Equal(391, await modules.CountRowsAsync());
    }

    [Fact]
    public async Task A_handler_that_hangs_delays_no_other_message()
    {
        await using var modules = await TestModules.CreateAsync(backends);
        var producer = await modules.AddProducerAsync();
        var calls = 0;
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await modules.AddConsumerAsync(async (message, _, _, cancel) =>
        {
            if (message.Note == "slow")
            {
                Interlocked.Increment(ref calls);
                await release.Task.WaitAsync(cancel);
            }
        });
        await TestModules.PublishAsync(producer, ItemChanged.ForItems(1));
        await modules.HasRowsAsync(1);

        var messages = ItemChanged.ForItems(50);
        messages[10] = messages[10] with { Note = "slow" };
        await TestModules.PublishAsync(producer, messages);
        await modules.HasRowsAsync(50, within: TimeSpan.FromSeconds(5));
        release.SetResult();

        await modules.HasRowsAsync(51, within: TimeSpan.FromSeconds(8));
        Assert.InRange(calls, 1, 2);
    }

    [Fact]
    public async Task A_conflict_with_another_transaction_is_retried_and_not_counted_as_a_failure()
    {
        await using var modules = await TestModules.CreateAsync(backends);
        await modules.ExecuteAsync(
            """
            CREATE TABLE consumer.counters (id int PRIMARY KEY, used int NOT NULL);
            INSERT INTO consumer.counters SELECT id, 0 FROM generate_series(1, 5) AS id
            """);
        var producer = await modules.AddProducerAsync();
        Handler handler = async (message, db, _, cancel) =>
        {
            // In one order for each message, but not for all that share a transaction, so that these deadlock.
            int[] counters = [1 + (message.Number % 5), 1 + (message.Number * 7 / 3 % 5)];
            foreach (var id in counters.Order())
            {
                await db.Database.ExecuteSqlAsync(
                    $"UPDATE consumer.counters SET used = used + 1 WHERE id = {id}", cancel);
            }
        };
        await modules.AddConsumerAsync(handler, "HandleBatch=8");
        await modules.AddConsumerAsync(handler, "HandleBatch=8");

        await TestModules.PublishAsync(producer, ItemChanged.ForItems(100));

        await modules.HasRowsAsync(100);
        Assert.Equal(200, await modules.CountAsync("SELECT sum(used) FROM consumer.counters"));
        Assert.Equal(0, await modules.CountAsync("SELECT count(*) FROM consumer.dead_letters"));
    }

    [Fact]
    public async Task A_malformed_message_becomes_a_dead_letter_without_an_attempt()
    {
        await using var modules = await TestModules.CreateAsync(backends);
        await modules.AddConsumerAsync();
        string Event(string type, string data, string id) =>
            $$"""
            {"specversion":"1.0","id":"{{id}}","source":"/shop/producer","type":"{{type}}","subject":"t1",
             "time":"2026-01-01T00:00:00Z","data":{{data}}}
            """;

        await modules.AppendAsync("not json \0 at all");
        await modules.AppendAsync(new string('x', 2 * 1024 * 1024));
        await modules.AppendAsync(Event(ItemChanged.Type, """{"item":5}""", "01960000-0000-7000-8000-000000000001"));
        await backends.Streams.StreamAddAsync(TestModules.Stream, "other", "field");
        await modules.AppendAsync(Event("shop.producer.closed.v1", "{}", "01960000-0000-7000-8000-000000000002"));
        var extended = $$"""{"item":"{{Guid.CreateVersion7()}}","number":1,"fromTheFuture":true}""";
        await modules.AppendAsync(Event(ItemChanged.Type, extended, "01960000-0000-7000-8000-000000000003"));

        await modules.HasRowsAsync(1);
        await Eventually.Equals(
            4L,
            () => modules.CountAsync("SELECT count(*) FROM consumer.dead_letters WHERE attempts = 0"),
            what: "Dead letters");
        await Eventually.Equals(0, PendingAsync, what: "Entries pending");
        Assert.Equal(
            1024 * 1024, await modules.CountAsync("SELECT max(length(content))::bigint FROM consumer.dead_letters"));
    }

    private async Task<int> PendingAsync() =>
        (await backends.Streams.StreamPendingAsync(TestModules.Stream, "consumer")).PendingMessageCount;
}
