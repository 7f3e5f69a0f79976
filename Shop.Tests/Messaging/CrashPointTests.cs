using Shop.Messaging;
using Shop.Tests.Chaos;

namespace Shop.Tests.Messaging;

[Collection(nameof(Backends))]
public sealed class CrashPointTests(Backends backends)
{
    // With the first the relay only learns that there is a new epoch.
    private const int SecondLook = 2;

    [Theory]
    [InlineData("producer.claimed", SecondLook, 100)]
    [InlineData("producer.sent", 1, 200)]
    public async Task A_crash_of_the_relay_sends_again_and_has_no_second_effect(string point, int hit, int entries)
    {
        await using var modules = await TestModules.CreateAsync(backends);
        using var crash = CrashOnce(point, hit);
        var producer = await modules.AddProducerAsync();
        await modules.AddConsumerAsync();

        await TestModules.PublishAsync(producer, ItemChanged.ForItems(100));

        await modules.HasRowsAsync(100, TimeSpan.FromSeconds(10));
        await modules.EverythingIsSentAsync();
        Assert.True(crash.Happened);
        Assert.Equal(entries, await backends.Streams.StreamLengthAsync(TestModules.Stream));
        Assert.Equal(100, await modules.CountAsync("SELECT count(DISTINCT message_id) FROM consumer.rows"));
        Assert.Equal(100, await modules.CountRowsAsync());
    }

    /// <summary>As after an outage of Redis: what waited longest goes first, although the first try failed.</summary>
    [Fact]
    public async Task A_backlog_that_could_not_be_sent_at_once_keeps_its_order()
    {
        await using var modules = await TestModules.CreateAsync(backends);
        var now = TimeProvider.System.GetUtcNow();
        OutboxMessage[] backlog =
            [.. ItemChanged.ForItems(5).Select(item => OutboxMessage.Of(item, now.AddMinutes(item.Number - 5), null))];
        foreach (var message in backlog)
        {
            await modules.ExecuteAsync(
                $"""
                INSERT INTO producer.outbox (id, type, subject, content, at) VALUES (
                    '{message.Id}', '{message.Type}', '{message.Subject}', '{message.Content}', '{message.At:O}')
                """);
        }

        using var crash = CrashOnce("producer.claimed", SecondLook);
        await modules.AddProducerAsync();

        await modules.EverythingIsSentAsync();
        Assert.True(crash.Happened);
        var sent = await backends.Streams.StreamRangeAsync(TestModules.Stream);
        Assert.Equal(
            backlog.Select(message => message.Content), sent.Select(entry => (string?)entry[Envelope.Field]));
    }

    /// <summary>As the end of the process would, an exception keeps all that follows from happening.</summary>
    private static CrashPoint CrashOnce(string point, int hit) =>
        new CrashPoint(point, hit, () => throw new IOException($"As if it had died at {point}.")).Listen();
}
