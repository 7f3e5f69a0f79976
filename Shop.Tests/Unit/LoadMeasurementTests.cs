extern alias load;
using load::Shop.Load;

namespace Shop.Tests.Unit;

/// <summary>What Shop.Load makes of what it has seen.</summary>
public class LoadMeasurementTests
{
    private static readonly double[] Rising = [.. Enumerable.Range(1, 9).Select(minute => 100.0 * minute)];

    [Fact]
    public void Memory_that_grows_to_the_end_is_said_to_grow() =>
        Assert.InRange(MemoryGrowth.Of(Rising)!.Value, MemoryGrowth.Tolerated, 1);

    [Fact]
    public void Memory_that_grows_at_the_start_only_is_steady() =>
        Assert.Equal(0, MemoryGrowth.Of([100, 300, 500, 600, 600, 600, 600, 600, 600]));

    [Fact]
    public void One_minute_with_much_memory_says_nothing() =>
        Assert.Equal(0, MemoryGrowth.Of([500, 500, 500, 500, 500, 500, 500, 900, 500]));

    [Fact]
    public void Memory_that_is_given_back_shrinks() => Assert.True(MemoryGrowth.Of([.. Rising.Reverse()]) < 0);

    [Fact]
    public void Nothing_is_said_of_a_few_minutes() =>
        Assert.Null(MemoryGrowth.Of(Rising[..(MemoryGrowth.Fewest - 1)]));

    [Fact]
    public void Who_got_no_answer_is_among_the_slowest()
    {
        var measured = new Measurement(Done: 97, Failed: 3, TimeSpan.FromSeconds(1), [.. Enumerable.Repeat(5.0, 97)]);

        var all = measured.WithFailures(TimeSpan.FromSeconds(10));

        Assert.Equal(5, measured.Percentile(99));
        Assert.Equal(10_000, all.Percentile(99));
        Assert.Equal(5, all.Percentile(50));
        Assert.Equal((100, 0), (all.Done, all.Failed));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(100, 2)]
    public void A_measurement_with_many_failures_does_not_count(int done, int failed) =>
        Assert.Throws<InvalidOperationException>(
            () => new Measurement(done, failed, TimeSpan.FromSeconds(1), []).Checked());

    [Fact]
    public void Every_goal_has_a_line_in_the_documentation()
    {
        var documentation = Repository.Read("docs/performance.md");

        Assert.Equal(Goal.All.Count, Goal.All.DistinctBy(goal => goal.Id).Count());
        Assert.All(
            Goal.All,
            goal => Assert.Contains($"| {goal.Id} | {goal.What} |", documentation, StringComparison.Ordinal));
        Assert.All(Goal.All, goal => Assert.InRange(goal.Must, 0, goal.Stretch));
    }

    [Fact]
    public void A_number_means_all_of_its_goals()
    {
        string[] asked = ["P18", "P6.2"];

        Assert.Equal(["P18.1", "P18.2", "P6.2"], Goal.All.Where(goal => goal.IsOneOf(asked)).Select(goal => goal.Id));
    }
}
