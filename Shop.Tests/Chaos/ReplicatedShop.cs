using System.Net;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using Shop.Tests.Distributed;
using Shop.Users;
using StackExchange.Redis;

namespace Shop.Tests.Chaos;

/// <summary>
/// A shop with two replicas of every service, of which single ones are stopped, killed and stalled. Aspire knows the
/// health of a service, asked through its proxy, but not of each replica: here replicas are asked at their own ports,
/// and a balancer stands before every service, for its callers inside and outside. Hashing a password costs what it
/// costs in Production.
/// </summary>
[CollectionDefinition(nameof(ReplicatedShop), DisableParallelization = true)]
public sealed class ReplicatedShop : RunningShop, ICollectionFixture<ReplicatedShop>
{
    public const int Replicas = 2;

    public static readonly string[] Services = ["users", "orders", "payments", "shipping", "gateway"];

    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(180);

    private readonly Dictionary<string, Balancer> _balancers = Services.ToDictionary(
        service => service, _ => new Balancer());

    protected override int PasswordHashIterations => PasswordHashingOptions.RecommendedIterations;

    protected override string[] Settings =>
    [
        .. Services.Select(service => $"--Services:{service}:Replicas={Replicas}"),
    ];

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        foreach (var (service, balancer) in _balancers)
            balancer.Start(App, service);

        foreach (var (service, balancer) in _balancers)
        {
            await Eventually.Equals(
                Replicas, () => Task.FromResult(balancer.ReadyReplicas), StartTimeout, $"Ready replicas of {service}");
        }
    }

    public override async ValueTask DisposeAsync()
    {
        foreach (var balancer in _balancers.Values)
            await balancer.DisposeAsync();

        await base.DisposeAsync();
    }

    public override HttpClient NewClient() => Clients.To(_balancers["gateway"].Address);

    protected override void Prepare(IDistributedApplicationBuilder builder)
    {
        foreach (var service in builder.Resources.OfType<ProjectResource>())
            builder.CreateResourceBuilder(service).WithEnvironment(ReachOthersOverBalancers);
    }

    /// <summary>The ids of a service's replicas, once all of them are ready.</summary>
    public async Task<string[]> ReplicasOfAsync(string service)
    {
        SortedSet<string> replicas = new(StringComparer.Ordinal);
        await SeenAsync(service, seen => replicas.Add(seen.ResourceId) && replicas.Count == Replicas);
        foreach (var replica in replicas)
            await ReadyAsync(replica);

        return [.. replicas];
    }

    public async Task AllReadyAsync()
    {
        foreach (var service in Services)
            await ReplicasOfAsync(service);
    }

    /// <summary>Waits until a replica says at its own port that it is ready.</summary>
    public Task ReadyAsync(string replica) => Eventually.Equals(
        HttpStatusCode.OK,
        async () =>
        {
            using var http = Clients.To(await AddressOfAsync(replica));
            return (await http.GetAsync(
                new Uri("/health/ready", UriKind.Relative), TestContext.Current.CancellationToken)).StatusCode;
        },
        StartTimeout,
        $"Readiness of {replica}");

    /// <summary>Where a replica listens itself, once it runs.</summary>
    public async Task<Uri> AddressOfAsync(string replica) =>
        AddressOf(await SeenAsync(replica, seen => AddressOf(seen) is not null))!;

    public async Task<ConnectionMultiplexer> RedisAsync() =>
        await ConnectionMultiplexer.ConnectAsync(
            (await App.GetConnectionStringAsync("redis", TestContext.Current.CancellationToken))!);

    /// <summary>Where a replica listens itself, while it runs.</summary>
    internal static Uri? AddressOf(ResourceEvent seen) =>
        Processes.IdOf(seen.Snapshot) is not null
        && seen.Snapshot.EnvironmentVariables.FirstOrDefault(
            variable => variable.Name == "ASPNETCORE_URLS")?.Value is { } address
            ? new(address)
            : null;

    private void ReachOthersOverBalancers(EnvironmentCallbackContext context)
    {
        foreach (var (service, balancer) in _balancers)
        {
            var discovered = $"services__{service}__http__0";
            if (context.EnvironmentVariables.ContainsKey(discovered))
                context.EnvironmentVariables[discovered] = balancer.Address.ToString();
        }
    }
}
