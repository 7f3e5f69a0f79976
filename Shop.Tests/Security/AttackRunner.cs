using System.Collections.Concurrent;

namespace Shop.Tests.Security;

/// <summary>Many attacks, a few at a time, and one readable verdict.</summary>
internal static class AttackRunner
{
    private const int AtOnce = 8;
    private const int Shown = 20;

    /// <summary>Makes all attacks; each gives a complaint about the answer, or null when the shop did right.</summary>
    public static async Task RunAsync<T>(IReadOnlyCollection<T> attacks, Func<T, Task<string?>> attack)
    {
        Assert.NotEmpty(attacks);
        var complaints = new ConcurrentQueue<string>();
        await Parallel.ForEachAsync(
            attacks,
            new ParallelOptions
            {
                MaxDegreeOfParallelism = AtOnce,
                CancellationToken = TestContext.Current.CancellationToken,
            },
            async (one, _) =>
            {
                if (await attack(one) is { } complaint)
                    complaints.Enqueue(complaint);
            });
        Assert.True(
            complaints.IsEmpty,
            $"{complaints.Count} of {attacks.Count} attacks:\n{string.Join('\n', complaints.Take(Shown))}");
    }
}
