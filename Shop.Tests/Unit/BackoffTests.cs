using Shop.ServiceDefaults;

namespace Shop.Tests.Unit;

public class BackoffTests
{
    [Theory]
    [InlineData(-1, 0.5)]
    [InlineData(0, 0.5)]
    [InlineData(1, 1)]
    [InlineData(3, 4)]
    [InlineData(6, 30)]
    [InlineData(int.MaxValue, 30)]
    public void The_pause_doubles_up_to_the_longest(int doublings, double seconds) => Assert.Equal(
        TimeSpan.FromSeconds(seconds),
        Backoff.Exponential(TimeSpan.FromSeconds(0.5), doublings, TimeSpan.FromSeconds(30)));

    [Theory]
    [InlineData(0, 50, 100)]
    [InlineData(1, 50, 100)]
    [InlineData(2, 100, 200)]
    [InlineData(100, 1000, 2000)]
    public void Jitter_cuts_up_to_half_of_the_pause(int failures, double least, double most) => Assert.All(
        Enumerable.Range(0, 100).Select(_ => Backoff.WithJitter(failures).TotalMilliseconds),
        pause => Assert.InRange(pause, least, most));
}
