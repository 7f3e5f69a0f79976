using System.Diagnostics;

namespace Shop.Tests;

/// <summary>Waits for a state by looking, never for time; a failure shows the last state seen.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);

    public static async Task<T> Is<T>(
        Func<Task<T>> look, Func<T, bool> right, TimeSpan? within = null, string? what = null)
    {
        var watch = Stopwatch.StartNew();
        T? last = default;
        Exception? failure = null;
        while (watch.Elapsed < (within ?? Timeout))
        {
            try
            {
                last = await look();
                failure = null;
                if (right(last))
                    return last;
            }
            catch (Exception exception) when (exception is not OutOfMemoryException)
            {
                // What is looked at may be away just now; if it stays away, this is what the failure shows.
                failure = exception;
            }

            await Task.Delay(50, TestContext.Current.CancellationToken);
        }

        Assert.Fail(
            $"{what ?? "It"} did not become true within {watch.Elapsed.TotalSeconds:0.0} s. Last seen: {failure?.Message
                ?? last?.ToString()
                ?? "nothing"}");
        return last!;
    }

    public static Task<T> Equals<T>(T expected, Func<Task<T>> look, TimeSpan? within = null, string? what = null) =>
        Is(look, seen => EqualityComparer<T>.Default.Equals(seen, expected), within, what);
}
