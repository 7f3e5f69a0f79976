using System.Data.Common;
using System.Globalization;
using System.Net;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Npgsql;
using Shop.Tests.Chaos;
using StackExchange.Redis;

[assembly: AssemblyFixture(typeof(Shop.Tests.Distributed.BreakableShop))]

namespace Shop.Tests.Distributed;

/// <summary>Tests that stop and start parts of a shop and have no deadline that a busy machine breaks.</summary>
[CollectionDefinition(nameof(ShopToRestart))]
public sealed class ShopToRestart(BreakableShop shop) : StartedShop(shop), ICollectionFixture<ShopToRestart>;

/// <summary>Tests whose deadlines need the machine for themselves. They have the shop after those above.</summary>
[CollectionDefinition(nameof(ShopToBreak), DisableParallelization = true)]
public sealed class ShopToBreak(BreakableShop shop) : StartedShop(shop), ICollectionFixture<ShopToBreak>;

/// <summary>Starts the shop that is to be broken, when the first test needs it.</summary>
public abstract class StartedShop(BreakableShop shop) : IAsyncLifetime
{
    public ValueTask InitializeAsync() => new(shop.StartOnceAsync());

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }
}

/// <summary>
/// A shop for tests that break it. Its bank can be put out of order, and its services reach Redis and PostgreSQL over
/// wires that can be cut; the tests themselves have connections of their own.
/// </summary>
public sealed class BreakableShop : RunningShop
{
    private readonly Dictionary<string, long> _poison = [];
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("shop-to-break-");
    private string[] _crashPoints = [];
    private Task? _start;

    public TcpProxy RedisWire { get; } = new();

    public TcpProxy PostgresWire { get; } = new();

    protected override string[] Settings => [$"--Services:payments:Settings:Payments:Bank:File={BankFile}"];

    private string BankFile => Path.Combine(_folder.FullName, "bank.json");

    /// <summary>Does nothing: a run without a test that needs this shop starts none.</summary>
    public override ValueTask InitializeAsync() => ValueTask.CompletedTask;

    /// <summary>Starts the shop, if it does not run. The collections that need it follow one another.</summary>
    public Task StartOnceAsync() => _start ??= base.InitializeAsync().AsTask();

    /// <summary>Adds dead letters that a test has planted; gives all planted in this shop so far.</summary>
    public IReadOnlyDictionary<string, long> Poison(IReadOnlyDictionary<string, long> planted)
    {
        foreach (var (service, count) in planted)
            _poison[service] = _poison.GetValueOrDefault(service) + count;

        return _poison;
    }

    /// <summary>How many services have died at their crash points.</summary>
    public int Died => _folder.GetFiles("*.died").Length;

    /// <summary>
    /// Starts services anew, each of which dies once at a point of its own, such as orders.claimed=9.
    /// </summary>
    public async Task ArmAsync(string[] points)
    {
        _crashPoints = points;
        await Task.WhenAll(points.Select(point => RestartAsync(point.Split('.')[0])));
        _crashPoints = [];
    }

    /// <summary>Settings of the simulated bank as members of a JSON object; none make it whole.</summary>
    public Task SetBankAsync(string settings = "") =>
        File.WriteAllTextAsync(BankFile, $$$"""{"Payments":{"Bank":{{{{settings}}}} } }""");

    protected override void Prepare(IDistributedApplicationBuilder builder)
    {
        foreach (var service in builder.Resources.OfType<ProjectResource>().ToArray())
        {
            builder.CreateResourceBuilder(service).WithEnvironment(ConnectAsync).WithEnvironment(SetCrashPoint);
            // Aspire refuses to start what waits for something that has ended; here services start before what they
            // need.
            foreach (var wait in service.Annotations.OfType<WaitAnnotation>().ToArray())
                service.Annotations.Remove(wait);
        }
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await RedisWire.DisposeAsync();
        await PostgresWire.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    private void SetCrashPoint(EnvironmentCallbackContext context)
    {
        var service = context.Resource.Name;
        foreach (var point in _crashPoints.Where(point => point.StartsWith($"{service}.", StringComparison.Ordinal)))
        {
            context.EnvironmentVariables["DOTNET_STARTUP_HOOKS"] = typeof(CrashPoint).Assembly.Location;
            context.EnvironmentVariables[CrashPoint.Variable] = point;
            context.EnvironmentVariables[CrashPoint.OnceVariable] = Path.Combine(_folder.FullName, $"{service}.died");
        }
    }

    private async Task ConnectAsync(EnvironmentCallbackContext context)
    {
        foreach (var (name, value) in context.EnvironmentVariables.ToArray())
        {
            if (name.StartsWith("ConnectionStrings__", StringComparison.Ordinal)
                && value is IValueProvider provider
                && await provider.GetValueAsync(context.CancellationToken) is { } connection)
            {
                context.EnvironmentVariables[name] = name.EndsWith("redis", StringComparison.Ordinal)
                    ? OverRedisWire(connection)
                    : OverPostgresWire(connection);
            }
        }
    }

    private string OverRedisWire(string connection)
    {
        var options = ConfigurationOptions.Parse(connection);
        var server = options.EndPoints[0];
        RedisWire.Route = () => server;
        options.EndPoints.Clear();
        options.EndPoints.Add(TcpProxy.Host, RedisWire.Port);
        return options.ToString(includePassword: true);
    }

    private string OverPostgresWire(string connection)
    {
        var server = new NpgsqlConnectionStringBuilder(connection);
        PostgresWire.Route = () => new DnsEndPoint(server.Host!, server.Port);
        // Not that builder's own text: it would name settings that nobody has made.
        return new DbConnectionStringBuilder
        {
            ConnectionString = connection,
            ["Host"] = TcpProxy.Host,
            ["Port"] = PostgresWire.Port.ToString(CultureInfo.InvariantCulture),
        }.ConnectionString;
    }
}
