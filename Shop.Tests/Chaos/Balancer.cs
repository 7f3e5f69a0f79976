using System.Collections.Concurrent;
using System.Net;
using Aspire.Hosting;

namespace Shop.Tests.Chaos;

/// <summary>
/// What a platform puts before the replicas of a service: new connections go, in turn, to those that say that they are
/// ready. Aspire's proxy does not ask; to it a replica that has just been started is as good as any.
/// </summary>
internal sealed class Balancer : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestAnswer = TimeSpan.FromSeconds(1);
    private readonly CancellationTokenSource _over = new();
    private readonly ConcurrentDictionary<string, Uri> _replicas = new();
    private readonly TcpProxy _wire = new();
    private volatile EndPoint[] _ready = [];
    private Task _working = Task.CompletedTask;
    private int _turn;

    public Balancer() => _wire.Route = Next;

    /// <summary>How many replicas get connections now.</summary>
    public int ReadyReplicas => _ready.Length;

    public Uri Address => new($"http://{TcpProxy.Host}:{_wire.Port}");

    public void Start(DistributedApplication app, string service) =>
        _working = Task.WhenAll(WatchAsync(app, service), AskAsync());

    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync();
        await _working.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _wire.DisposeAsync();
        _over.Dispose();
    }

    private EndPoint? Next()
    {
        var ready = _ready;
        return ready is [] ? null : ready[(uint)Interlocked.Increment(ref _turn) % ready.Length];
    }

    private async Task WatchAsync(DistributedApplication app, string service)
    {
        await foreach (var seen in app.ResourceNotifications.WatchAsync(_over.Token))
        {
            if (seen.Resource.Name != service)
                continue;

            if (ReplicatedShop.AddressOf(seen) is { } address)
                _replicas[seen.ResourceId] = address;
            else
                _replicas.TryRemove(seen.ResourceId, out _);
        }
    }

    private async Task AskAsync()
    {
        while (!_over.IsCancellationRequested)
        {
            var asked = _replicas.Values.Select(replica => new IPEndPoint(IPAddress.Loopback, replica.Port)).ToArray();
            var answers = await Task.WhenAll(asked.Select(IsReadyAsync));
            // One that is only slow stays what it was, as a platform's probe has to fail several times.
            _ready = [.. asked.Zip(answers, (replica, isReady) => (replica, isReady))
                .Where(one => one.isReady ?? _ready.Contains(one.replica))
                .Select(one => one.replica)];
            await Task.Delay(Pause, _over.Token);
        }
    }

    private async Task<bool?> IsReadyAsync(IPEndPoint replica)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(_over.Token);
        timeout.CancelAfter(LongestAnswer);
        using var http = Clients.To($"http://{replica}");
        try
        {
            using var answer = await http.GetAsync(new Uri("/health/ready", UriKind.Relative), timeout.Token);
            return answer.StatusCode == HttpStatusCode.OK;
        }
        catch (HttpRequestException)
        {
            return false;
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }
}
