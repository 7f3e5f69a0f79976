using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Internal;
using Shop.Messaging;

namespace Shop.Tests.Messaging;

[Collection(nameof(Backends))]
public sealed class ACrashBetweenTwoSteps(Backends backends)
{
    [Theory]
    [InlineData("till.claimed", 100)]
    [InlineData("till.sent", 200)]
    public async Task Of_the_relay_sends_again_and_is_applied_once(string point, int entries)
    {
        await using var restaurant = await Restaurant.OpenAsync(backends);
        var crash = new CrashOnce(point);
        var till = await restaurant.AddTillAsync(builder => builder.Services.AddSingleton<FaultPoints>(crash));
        await restaurant.AddKitchenAsync();

        await Restaurant.OrderAsync(till, MealOrdered.ForTables(100));

        await restaurant.CookedAsync(100, TimeSpan.FromSeconds(10));
        await Eventually.Equals(0L, () => restaurant.CountAsync("SELECT count(*) FROM till.outbox"), what: "Unsent events");
        Assert.True(crash.Happened);
        Assert.Equal(entries, await backends.Streams.StreamLengthAsync(Restaurant.Orders));
        Assert.Equal(100, await restaurant.CountAsync("SELECT count(DISTINCT message_id) FROM kitchen.dishes"));
        Assert.Equal(100, await restaurant.DishesAsync());
    }

    [Fact]
    public void Is_refused_where_it_is_not_for_a_test()
    {
        foreach (var environment in new[] { Environments.Production, Environments.Staging, "Anything" })
        {
            Assert.Throws<InvalidOperationException>(() => Points(environment, "till.sent", "1"));
            Assert.Throws<InvalidOperationException>(() => Points(environment, "Once", "/tmp/x"));
            _ = Points(environment, "Other", "1", section: "Something");
        }

        Assert.Throws<InvalidOperationException>(() => Points(Environments.Development, "till.sent", "soon"));
    }

    [Fact]
    public async Task Keeps_a_process_from_starting_in_production()
    {
        await using var restaurant = await Restaurant.OpenAsync(backends);
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(new() { EnvironmentName = Environments.Production });
        builder.Services.AddMetrics();
        builder.Configuration["Faults:till.sent"] = "1";
        restaurant.AddDatabase<TillDb>(builder);
        builder.AddMessaging<TillDb>("till");
        using var host = builder.Build();

        await Assert.ThrowsAsync<InvalidOperationException>(() => host.StartAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public void Comes_at_the_passage_that_was_asked_for_and_once_if_asked_for()
    {
        var once = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        try
        {
            Assert.Equal([3], Deaths(once: null));
            Assert.Equal([3], Deaths(once));
            Assert.Equal([], Deaths(once));
        }
        finally
        {
            File.Delete(once);
        }
    }

    private static List<int> Deaths(string? once)
    {
        var points = new CountedDeaths(Configured("till.sent", "3", once), Host(Environments.Development));
        for (points.Passage = 1; points.Passage <= 5; points.Passage++)
        {
            points.Reached("till.claimed");
            points.Reached("till.sent");
        }

        return points.Deaths;
    }

    private static FaultPoints Points(string environment, string key, string value, string section = "Faults") =>
        new(new ConfigurationBuilder().AddInMemoryCollection([KeyValuePair.Create($"{section}:{key}", (string?)value)]).Build(), Host(environment));

    private static IConfiguration Configured(string point, string passage, string? once) => new ConfigurationBuilder()
        .AddInMemoryCollection([KeyValuePair.Create($"Faults:{point}", (string?)passage), .. once is null ? [] : new[] { KeyValuePair.Create("Faults:Once", (string?)once) }])
        .Build();

    private static HostingEnvironment Host(string environment) => new() { EnvironmentName = environment };

    /// <summary>As the end of the process would, an exception keeps all that follows from happening.</summary>
    private sealed class CrashOnce(string point) : FaultPoints(Configured(point, "1", null), Host(Environments.Development))
    {
        public bool Happened { get; private set; }

        protected override void Die(string point)
        {
            Happened = true;
            throw new IOException($"As if it had died at {point}.");
        }
    }

    private sealed class CountedDeaths(IConfiguration configuration, IHostEnvironment environment) : FaultPoints(configuration, environment)
    {
        public int Passage { get; set; }

        public List<int> Deaths { get; } = [];

        protected override void Die(string point) => Deaths.Add(Passage);
    }
}
