using System.Diagnostics;

namespace Shop.Load;

/// <summary>
/// How long it takes from the start of the AppHost until all services are healthy, when the databases exist; and how
/// long as many bare programs take that start together. Told as how many starts a second, since more is better.
/// </summary>
internal sealed class Launch(ShopUnderLoad running, string orders) : IDisposable
{
    private const int BarePrograms = 6;
    private static readonly TimeSpan LongestStart = TimeSpan.FromMinutes(1);

    private KeptData? _data;

    public async Task<double> ShopAsync(CancellationToken cancel)
    {
        if (_data is null)
        {
            // Volumes of a container engine would stay behind.
            running.ProcessId("postgres");
            _data = new();
            await StartAsync(_data, cancel);
        }

        return 1 / (await StartAsync(_data, cancel)).TotalSeconds;
    }

    /// <summary>Until each has read a row by EF Core.</summary>
    public async Task<double> BareAsync(CancellationToken cancel)
    {
        var start = Stopwatch.GetTimestamp();
        var programs = await Task.WhenAll(
            Enumerable.Range(0, BarePrograms).Select(_ => ServeCommand.StartBareAsync(orders, cancel)));
        try
        {
            await Task.WhenAll(programs.Select(program => ReadAsync(program, cancel)));
            return 1 / Stopwatch.GetElapsedTime(start).TotalSeconds;
        }
        finally
        {
            foreach (var program in programs)
                program.Dispose();
        }
    }

    public void Dispose() => _data?.Dispose();

    private static async Task<TimeSpan> StartAsync(KeptData data, CancellationToken cancel)
    {
        var start = Stopwatch.GetTimestamp();
        await using var shop = await ShopUnderLoad.StartAsync([], cancel, data);
        return Stopwatch.GetElapsedTime(start);
    }

    private static async Task ReadAsync(RunningYardstick program, CancellationToken cancel)
    {
        using var client = Clients.To(program.Address);
        client.Timeout = LongestStart;
        using var answer = await client.GetAsync(new Uri("/products/1", UriKind.Relative), cancel);
        answer.EnsureSuccessStatusCode();
    }
}
