using Shop.Gateway.Limits;

namespace Shop.Tests.Security;

/// <summary>One limit by a clock that the test moves.</summary>
[Trait("Checklist", "R1")]
public sealed class RateLimitTests
{
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(10);
    private readonly Clock _clock = new();

    [Theory]
    [InlineData(0)]
    [InlineData(3.3)]
    [InlineData(9.9)]
    public void A_retry_after_the_stated_time_is_served_and_a_moment_sooner_is_not(double start)
    {
        var limit = Limit(quota: 7);
        _clock.Advance(TimeSpan.FromSeconds(start));
        for (var round = 0; round < 50; round++)
        {
            RateLimitVerdict verdict;
            while ((verdict = limit.TryAcquire("somebody")).Admitted)
                Assert.InRange(verdict.Remaining, 0, 7);

            _clock.Advance(verdict.Reset - TimeSpan.FromMilliseconds(1));
            Assert.False(limit.TryAcquire("somebody").Admitted);
            _clock.Advance(TimeSpan.FromMilliseconds(2));
            Assert.True(limit.TryAcquire("somebody").Admitted);
        }
    }

    [Fact]
    public void Nobody_gets_more_than_the_quota_per_window()
    {
        var (limit, random, admitted) = (Limit(quota: 50), new Random(7), 0);
        var start = _clock.Now;
        while (_clock.Now - start < 100 * Window)
        {
            _clock.Advance(TimeSpan.FromMilliseconds(random.Next(200)));
            for (var burst = random.Next(5); burst > 0; burst--)
                admitted += limit.TryAcquire("somebody").Admitted ? 1 : 0;
        }

        Assert.InRange(admitted, 90 * 50, 101 * 50);
    }

    [Fact]
    public void After_a_pause_the_whole_quota_may_be_used_at_once()
    {
        var limit = Limit(quota: 50);
        Assert.Equal(50, Admitted(limit, 100));
        _clock.Advance(2 * Window);

        Assert.Equal(50, Admitted(limit, 100));
        Assert.Equal(50, Admitted(limit, 100, "somebody else"));
    }

    [Fact]
    public void Many_callers_cost_bounded_memory_and_all_are_limited()
    {
        var limit = Limit(quota: 20);
        for (var i = 0; i < 200_000; i++)
            limit.TryAcquire($"address {i}");

        Assert.Equal(20_000, limit.TakeDelta().Count());
        Assert.InRange(Admitted(limit, 100, "address 199999"), 0, 20);
        // Who was there before the flood keeps what is theirs.
        Assert.Equal(19, Admitted(limit, 100, "address 5"));
        _clock.Advance(2 * Window);
        Assert.Equal(20, Admitted(limit, 100, "address 199999"));
        Assert.Single(limit.TakeDelta());
    }

    [Fact]
    public async Task Parallel_requests_get_no_more_than_the_quota()
    {
        var limit = Limit(quota: 500);

        var admitted = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => Admitted(limit, 400))));

        Assert.Equal(500, admitted.Sum());
    }

    [Fact]
    public void Counts_of_other_replicas_are_added_once()
    {
        var (here, there) = (Limit(quota: 100), Limit(quota: 100));
        Assert.Equal(60, Admitted(here, 60));
        Assert.Equal(10, Admitted(there, 10));
        var (key, ours, news) = Assert.Single(here.TakeDelta());
        var (sameKey, theirs, other) = Assert.Single(there.TakeDelta());
        Assert.Equal((key, 60L, 10L), (sameKey, news, other));
        Assert.Empty(here.TakeDelta());

        theirs.Merge(70);
        Assert.Equal(30, Admitted(there, 100));
        // A Redis that forgot everything makes nobody forget.
        theirs.Merge(0);
        Assert.Equal(0, Admitted(there, 100));
        ours.Merge(60);
        Assert.Equal(40, Admitted(here, 100));
    }

    private RateLimit Limit(int quota) => new("test", new() { Quota = quota, Window = Window }, _clock);

    private static int Admitted(RateLimit limit, int requests, string caller = "somebody") =>
        Enumerable.Range(0, requests).Count(_ => limit.TryAcquire(caller).Admitted);

    private sealed class Clock : TimeProvider
    {
        public DateTimeOffset Now { get; private set; } = new(2026, 11, 22, 0, 0, 0, TimeSpan.Zero);

        public void Advance(TimeSpan by) => Now += by;

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
