using System.Globalization;

namespace Shop.Load;

/// <summary>
/// Events through Wolverine, as a program of its own in ordersdb: its outbox with EF Core, its inbox, and PostgreSQL
/// between them.
/// </summary>
internal sealed class Wolverine : IDisposable
{
    private const int EventsPerSecond = 500;
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(4);

    private readonly RunningYardstick _program;
    private readonly HttpClient _client;
    private readonly CancellationToken _cancel;

    private Wolverine(RunningYardstick program, CancellationToken cancel)
    {
        (_program, _client, _cancel) = (program, Clients.To(program.Address), cancel);
        _client.Timeout = Longest;
    }

    /// <exception cref="LeftOutException">It was not built.</exception>
    public static async Task<Wolverine> StartAsync(string orders, CancellationToken cancel)
    {
        var program = Path.Combine(AppContext.BaseDirectory, "wolverine", "Shop.Load.Wolverine");
        if (!File.Exists(program))
            throw new LeftOutException("Wolverine's program is built in Release only.");

        var wolverine = new Wolverine(
            await RunningYardstick.StartAsync(
                program,
                address => ["--urls", address.OriginalString],
                new() { [ServeCommand.OrdersVariable] = orders },
                cancel),
            cancel);
        await wolverine.PerSecondAsync(WarmUp);
        return wolverine;
    }

    /// <summary>How many events a second are handled.</summary>
    public async Task<double> PerSecondAsync(TimeSpan duration)
    {
        var count = (int)(EventsPerSecond * duration.TotalSeconds);
        using var answer = await _client.PostAsync(
            new Uri($"/events/{count}", UriKind.Relative), content: null, _cancel);
        answer.EnsureSuccessStatusCode();
        return double.Parse(await answer.Content.ReadAsStringAsync(_cancel), CultureInfo.InvariantCulture);
    }

    public void Dispose()
    {
        _client.Dispose();
        _program.Dispose();
    }
}
