using System.Diagnostics;
using Aspire.Hosting.ApplicationModel;
using Shop.Tests.Distributed;

namespace Shop.Tests.Chaos;

/// <summary>
/// F42: everything was off, and comes back in an order that nobody has thought of: services before what they need.
/// </summary>
[Collection(nameof(ShopToRestart))]
[Trait("Category", "Chaos")]
public class StartOrderTests(BreakableShop shop, ITestOutputHelper output)
{
    private static readonly TimeSpan InTime = TimeSpan.FromSeconds(90);
    private static readonly string[] Services = ["gateway", "orders", "payments", "shipping"];
    private static readonly string[] Needed = ["users", "postgres", "redis"];

    public static TheoryData<int> Seeds => [1, 2, 3, 4, 5, 6];

    [Fact]
    public Task Services_wait_for_missing_dependencies_and_become_healthy() =>
        StartAsync(seed: 42, [.. Services, .. Needed]);

    [Theory(Explicit = true)]
    [MemberData(nameof(Seeds))]
    [Trait("Category", "Soak")]
    public Task Services_start_in_any_order(int seed)
    {
        string[] order = [.. Services, .. Needed];
        new Random(seed).Shuffle(order);
        return StartAsync(seed, order);
    }

    private async Task StartAsync(int seed, string[] order)
    {
        var cancel = TestContext.Current.CancellationToken;
        var random = new Random(seed);
        await shop.HealthyAsync(cancel);
        await Task.WhenAll(order.Select(resource => shop.CommandAsync(resource, KnownResourceCommands.StopCommand)));

        var processes = new Dictionary<string, int>();
        foreach (var resource in order)
        {
            await shop.CommandAsync(resource, KnownResourceCommands.StartCommand);
            processes[resource] = await shop.ProcessIdOfAsync(resource);
            // Time to fail in, were it so minded.
            await Task.Delay(random.Next(800), cancel);
        }

        var watch = Stopwatch.StartNew();
        await shop.HealthyAsync(cancel).WaitAsync(InTime, cancel);
        var healthy = watch.Elapsed;
        foreach (var (resource, process) in processes)
            Assert.True(
                process == await shop.ProcessIdOfAsync(resource), $"{resource} has died and was started again.");

        var customer = await shop.NewCustomerAsync();
        var purchase = await customer.OrderAsync(
            Customer.OrderOf((Guid)(await customer.PlentifulProductAsync())["id"]!));
        await Eventually.Equals("Delivered", () => customer.StatusOfAsync(purchase), InTime, "The order");
        output.WriteLine(
            $"F42 seed {seed}: {string.Join(' ', order)}: healthy after {healthy.TotalSeconds:0.0} s, delivered "
                + $"after {watch.Elapsed.TotalSeconds:0.0} s");
    }
}
