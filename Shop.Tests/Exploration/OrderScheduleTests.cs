using System.Diagnostics;

namespace Shop.Tests.Exploration;

public class OrderScheduleTests(ITestOutputHelper output)
{
    public static TheoryData<string> Mistakes => [.. Mutants.All.Keys];

    [Fact]
    public void Every_schedule_keeps_every_promise_and_can_end_well()
    {
        var explored = new ExhaustiveSearch(new()).Run();

        output.WriteLine(explored.ToString());
        Assert.True(explored.Broken is null, explored.ToString());
        Assert.True(explored.Moves > 1_000_000, "the search has become blind");
        Assert.Equal(
            [
                "Cancelled with payment Declined",
                "Cancelled with payment Refunded",
                "Cancelled with payment Voided",
                "Delivered with payment Captured",
            ],
            explored.Ends.Order());
    }

    [Fact]
    public void Every_schedule_keeps_every_promise_whatever_operators_do()
    {
        var explored = new ExhaustiveSearch(new(), operators: true).Run();

        output.WriteLine(explored.ToString());
        Assert.True(explored.Broken is null, explored.ToString());
        Assert.True(explored.Moves > 100_000, "the search has become blind");
        Assert.Contains("Delivered with payment Refunded", explored.Ends);
    }

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void A_mistake_in_a_process_is_found(string mistake)
    {
        var (processes, breaks) = Mutants.All[mistake];
        var explored = new ExhaustiveSearch(processes).Run();

        output.WriteLine(explored.ToString());
        Assert.Equal(breaks, explored.Broken);
    }

    [Fact]
    public void Long_random_schedules_keep_every_promise()
    {
        var schedules = new RandomSchedules(new());
        var started = Stopwatch.GetTimestamp();
        var seed = 0;
        for (; seed < 1000 || Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(3); seed++)
        {
            var broken = schedules.Run(seed);
            Assert.True(broken is null, broken);
        }

        output.WriteLine($"{seed:N0} schedules with {schedules.Moves:N0} moves");
    }
}
