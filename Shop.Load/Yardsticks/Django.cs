using System.Diagnostics;
using Npgsql;

namespace Shop.Load;

/// <summary>
/// Django behind gunicorn, asked without a proxy, with the same statements in the same database: what the shop is
/// compared with by people who could write it in another language.
/// </summary>
internal sealed class Django : IDisposable
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestStart = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(2);

    private readonly RunningYardstick _gunicorn;
    private readonly HttpClient _client;
    private readonly CancellationToken _cancel;

    private Django(RunningYardstick gunicorn, CancellationToken cancel) =>
        (_gunicorn, _client, _cancel) = (gunicorn, Clients.To(gunicorn.Address), cancel);

    /// <summary>Starts it and lets every process of it work.</summary>
    /// <exception cref="LeftOutException">It cannot be had on this machine.</exception>
    public static async Task<Django> StartAsync(string orders, CancellationToken cancel)
    {
        var python = await Python.FindAsync(cancel);
        var database = new NpgsqlConnectionStringBuilder(orders);
        var address = RunningYardstick.FreeAddress();
        // Twice the cores and one, as gunicorn advises.
        var workers = (2 * Environment.ProcessorCount) + 1;
        var start = new ProcessStartInfo(
            python.Program,
            [
                "-m", "gunicorn", $"--workers={workers}", $"--bind={address.Authority}", "--log-level=error",
                $"--chdir={PgBench.PathOf("django")}", "shop:application",
            ])
        {
            Environment =
            {
                ["PYTHONDONTWRITEBYTECODE"] = "1",
                ["PGHOST"] = database.Host,
                ["PGPORT"] = $"{database.Port}",
                ["PGDATABASE"] = database.Database,
                ["PGUSER"] = database.Username,
                ["PGPASSWORD"] = database.Password,
            },
        };
        foreach (var (name, value) in python.Environment)
            start.Environment[name] = value;

        var process = Process.Start(start) ?? throw new InvalidOperationException("gunicorn did not start.");
        var django = new Django(new(process, address), cancel);
        try
        {
            await django.AnswersAsync();
            await django.ProductsAsync(workers, WarmUp);
            await django.OrdersAsync(workers, WarmUp);
            return django;
        }
        catch
        {
            django.Dispose();
            throw;
        }
    }

    /// <summary>How many products a second are read.</summary>
    public Task<double> ProductsAsync(int connections, TimeSpan duration) =>
        PeakAsync("/product", connections, duration);

    /// <summary>How many orders a second are placed.</summary>
    public Task<double> OrdersAsync(int connections, TimeSpan duration) => PeakAsync("/order", connections, duration);

    public void Dispose()
    {
        _client.Dispose();
        _gunicorn.Dispose();
    }

    private async Task<double> PeakAsync(string path, int connections, TimeSpan duration) =>
        (await Loops.ClosedAsync(connections, duration, () => SucceedsAsync(path), _cancel)).Checked().PerSecond;

    private async Task<bool> SucceedsAsync(string path)
    {
        using var answer = await _client.GetAsync(new Uri(path, UriKind.Relative), _cancel);
        return answer.IsSuccessStatusCode;
    }

    private async Task AnswersAsync()
    {
        for (var start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start) < LongestStart;)
        {
            try
            {
                if (await SucceedsAsync("/product"))
                    return;
            }
            catch (Exception early) when (early is HttpRequestException or TaskCanceledException)
            {
                // It does not listen yet, or listens and has not started its workers.
                _cancel.ThrowIfCancellationRequested();
            }

            await Task.Delay(Look, _cancel);
        }

        throw new LeftOutException("Django does not answer.");
    }
}
