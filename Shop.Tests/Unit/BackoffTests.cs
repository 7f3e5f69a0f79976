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
    public void Doubles_up_to_the_longest_pause(int doublings, double seconds) => Assert.Equal(
        TimeSpan.FromSeconds(seconds),
        Backoff.Exponential(TimeSpan.FromSeconds(0.5), doublings, TimeSpan.FromSeconds(30)));

    [Theory]
    [InlineData(0, 50, 100)]
    [InlineData(1, 50, 100)]
    [InlineData(2, 100, 200)]
    [InlineData(100, 1000, 2000)]
    public void Cuts_up_to_a_half_at_random(int failures, double least, double most) => Assert.All(
        Enumerable.Range(0, 100).Select(_ => Backoff.WithJitter(failures).TotalMilliseconds),
        pause => Assert.InRange(pause, least, most));
}
