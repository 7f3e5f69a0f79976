using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Internal;
using Shop.Messaging;

namespace Shop.Tests.Messaging;

[Collection(nameof(Backends))]
public sealed class FailpointTests(Backends backends)
{
    [Theory]
    [InlineData("producer.claimed", 100)]
    [InlineData("producer.sent", 200)]
    public async Task A_crash_of_the_relay_sends_again_and_has_no_second_effect(string point, int entries)
    {
        await using var modules = await TestModules.CreateAsync(backends);
        var crash = new CrashOnce(point);
        var producer = await modules.AddProducerAsync(builder => builder.Services.AddSingleton<Failpoints>(crash));
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

        var crash = new CrashOnce("producer.claimed");
        await modules.AddProducerAsync(builder => builder.Services.AddSingleton<Failpoints>(crash));

        await modules.EverythingIsSentAsync();
        Assert.True(crash.Happened);
        var sent = await backends.Streams.StreamRangeAsync(TestModules.Stream);
        Assert.Equal(
            backlog.Select(message => message.Content), sent.Select(entry => (string?)entry[Envelope.Field]));
    }

    [Fact]
    public void Failpoints_are_refused_outside_of_Development()
    {
        foreach (var environment in new[] { Environments.Production, Environments.Staging, "Anything" })
        {
            Assert.Throws<InvalidOperationException>(() => Create(environment, "producer.sent", "1"));
            Assert.Throws<InvalidOperationException>(() => Create(environment, "Once", "/tmp/x"));
            _ = Create(environment, "Other", "1", section: "Something");
        }

        Assert.Throws<InvalidOperationException>(() => Create(Environments.Development, "producer.sent", "soon"));
    }

    [Fact]
    public async Task A_process_with_failpoints_does_not_start_in_production()
    {
        await using var modules = await TestModules.CreateAsync(backends);
        var builder = Host.CreateEmptyApplicationBuilder(new() { EnvironmentName = Environments.Production });
        builder.Services.AddMetrics();
        builder.Configuration["Faults:producer.sent"] = "1";
        modules.AddDatabase<ProducerDb>(builder);
        builder.AddMessaging<ProducerDb>("producer");
        using var host = builder.Build();

        await Assert.ThrowsAsync<InvalidOperationException>(
            () => host.StartAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public void A_failpoint_crashes_at_the_configured_hit_and_once_if_configured()
    {
        var once = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        try
        {
            Assert.Equal([3], Crashes(once: null));
            Assert.Equal([3], Crashes(once));
            Assert.Equal([], Crashes(once));
        }
        finally
        {
            File.Delete(once);
        }
    }

    private static List<int> Crashes(string? once)
    {
        var failpoints = new RecordingFailpoints(once);
        for (failpoints.Hit = 1; failpoints.Hit <= 5; failpoints.Hit++)
        {
            failpoints.Reached("producer.claimed");
            failpoints.Reached("producer.sent");
        }

        return failpoints.Crashes;
    }

    private static Failpoints Create(string environment, string key, string value, string section = "Faults") =>
        CrashingFailpoints.Create(
            new ConfigurationBuilder()
                .AddInMemoryCollection([KeyValuePair.Create($"{section}:{key}", (string?)value)])
                .Build(),
            new HostingEnvironment { EnvironmentName = environment });

    /// <summary>As the end of the process would, an exception keeps all that follows from happening.</summary>
    private sealed class CrashOnce(string name)
        : CrashingFailpoints(new Dictionary<string, int> { [name] = 1 }, once: null)
    {
        public bool Happened { get; private set; }

        protected override void Crash(string name)
        {
            Happened = true;
            throw new IOException($"As if it had died at {name}.");
        }
    }

    private sealed class RecordingFailpoints(string? once)
        : CrashingFailpoints(new Dictionary<string, int> { ["producer.sent"] = 3 }, once)
    {
        public int Hit { get; set; }

        public List<int> Crashes { get; } = [];

        protected override void Crash(string name) => Crashes.Add(Hit);
    }
}
