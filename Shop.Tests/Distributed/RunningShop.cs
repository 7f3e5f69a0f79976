using System.Collections.Concurrent;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;
using Shop.Hosting.Native;

namespace Shop.Tests.Distributed;

/// <summary>
/// The whole shop: real processes, a real Postgres and a real Redis, data that is thrown away, free ports.
/// </summary>
public class RunningShop : IAsyncLifetime
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(240);

    // Aspire names an address for telemetry even if there is no dashboard: each service would try it every second.
    private static readonly string[] WithoutTelemetry =
    [
        .. from service in (string[])["users", "orders", "payments", "shipping", "gateway", "shop"]
           select $"--Services:{service}:Settings:OTEL_EXPORTER_OTLP_ENDPOINT=",
    ];

    private readonly ConcurrentDictionary<string, NpgsqlDataSource> _databases = new();
    private readonly List<string> _volumes = [];
    private DistributedApplication? _app;

    public DistributedApplication App => _app ?? throw new InvalidOperationException("The shop was not started.");

    /// <summary>Settings of the app host on top of those that make parcels travel fast.</summary>
    protected virtual string[] Settings => [];

    /// <summary>The processes, and the servers that they need.</summary>
    protected virtual string[] Resources => ["postgres", "redis", "users", "orders", "payments", "shipping", Gateway];

    /// <summary>Which process the gateway is in.</summary>
    protected virtual string Gateway => "gateway";

    /// <summary>What hashing a password costs. The real cost would take minutes of all tests together.</summary>
    protected virtual int PasswordHashIterations => 10_000;

    /// <summary>Changes the application before it is built.</summary>
    protected virtual void Prepare(IDistributedApplicationBuilder builder)
    {
    }

    public virtual async ValueTask InitializeAsync()
    {
        using var timeout = new CancellationTokenSource(StartTimeout);
        var builder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.Shop_AppHost>(
            [
                "--Services:shipping:Settings:Shipping:Carrier:StepTime=00:00:00.300",
                $"--Services:users:Settings:Users:Passwords:HashIterations={PasswordHashIterations}",
                .. Passwords.ForServers,
                .. WithoutTelemetry,
                .. Settings,
            ],
            timeout.Token);
        // The health of what a test breaks is no news.
        builder.Services.AddLogging(logging => logging
            .SetMinimumLevel(LogLevel.Warning)
            .AddFilter("Microsoft.Extensions.Diagnostics.HealthChecks", LogLevel.None)
            // All that Postgres writes goes to standard error, and so would be an error here.
            .AddFilter("Shop.AppHost.Resources.postgres", LogLevel.None)
            .AddFilter("Shop.AppHost.Resources", LogLevel.Warning));
        foreach (var resource in builder.Resources)
        {
            ThrowAway(resource);
            if (resource is ProjectResource service && service.GetReplicaCount() == 1) FreePort.GiveTo(service);
        }

        Prepare(builder);
        _app = await builder.BuildAsync(timeout.Token);
        await _app.StartAsync(timeout.Token);
        await HealthyAsync(timeout.Token);
    }

    public virtual async ValueTask DisposeAsync()
    {
        foreach (var database in _databases.Values)
            await database.DisposeAsync();

        if (_app is not null)
            await _app.DisposeAsync();

        foreach (var volume in _volumes)
            await ContainerEngine.RemoveVolumeAsync(volume);

        GC.SuppressFinalize(this);
    }

    /// <summary>Waits until every resource is healthy.</summary>
    public async Task HealthyAsync(
        CancellationToken cancel, WaitBehavior behavior = WaitBehavior.StopOnResourceUnavailable)
    {
        foreach (var resource in Resources)
            await App.ResourceNotifications.WaitForResourceHealthyAsync(resource, behavior, cancel);
    }

    /// <summary>How somebody outside reaches the shop.</summary>
    public virtual HttpClient NewClient() => Clients.WithOwnConnectionsTo(App.GetEndpoint(Gateway, "http"));

    /// <summary>A customer nobody has seen before.</summary>
    public async Task<Customer> NewCustomerAsync()
    {
        var customer = new Customer(NewClient());
        await customer.RegisterAsync();
        await customer.SignInAsync();
        return customer;
    }

    /// <summary>Somebody without a token.</summary>
    public Customer Anonymous() => new(NewClient());

    /// <summary>The first column of the first row.</summary>
    public async Task<T> ScalarAsync<T>(string database, string sql, params object[] parameters) =>
        (await RowsAsync(database, sql, row => row.GetFieldValue<T>(0), parameters)) is [var value, ..]
            ? value
            : throw new InvalidOperationException($"No value: {sql}");

    public async Task ExecuteAsync(string database, string sql, params object[] parameters) =>
        await RowsAsync(database, sql, _ => 0, parameters);

    public async Task<List<T>> RowsAsync<T>(
        string database, string sql, Func<NpgsqlDataReader, T> read, params object[] parameters)
    {
        if (!_databases.TryGetValue(database, out var source))
        {
            var connection = await App.GetConnectionStringAsync(database)
                ?? throw new InvalidOperationException($"{database} has no connection string.");
            source = _databases.GetOrAdd(database, _ => NpgsqlDataSource.Create(connection));
        }

        try
        {
            return await ReadAsync(source, sql, read, parameters);
        }
        catch (NpgsqlException exception) when (exception.IsTransient)
        {
            // The pool still held connections from before a restart of the server.
            source.Clear();
            return await ReadAsync(source, sql, read, parameters);
        }
    }

    // A native server's data without a volume ends with the host, a container's with every stop of it.
    private void ThrowAway(IResource server)
    {
        foreach (var volume in server.Annotations.OfType<ContainerMountAnnotation>().ToArray())
        {
            server.Annotations.Remove(volume);
            if (server is not ContainerResource)
                continue;

            _volumes.Add($"shop-tests-{server.Name}-{Guid.CreateVersion7():N}");
            server.Annotations.Add(
                new ContainerMountAnnotation(_volumes[^1], volume.Target, volume.Type, volume.IsReadOnly));
        }
    }

    private static async Task<List<T>> ReadAsync<T>(
        NpgsqlDataSource source, string sql, Func<NpgsqlDataReader, T> read, object[] parameters)
    {
        await using var command = source.CreateCommand(sql);
        foreach (var parameter in parameters)
            command.Parameters.Add(new() { Value = parameter });

        var rows = new List<T>();
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
            rows.Add(read(reader));

        return rows;
    }

    public Task<int> AvailableAsync(Guid product) =>
        ScalarAsync<int>("ordersdb", "SELECT available FROM orders.stock_levels WHERE product_id = $1", product);

    /// <summary>
    /// What the bank's own record says of an order: how many charges, and what is left of them after refunds.
    /// </summary>
    public async Task<(long Count, long Net)> ChargesAsync(Guid order)
    {
        const string Charges =
            "FROM bank.charges c JOIN payments.payments p ON p.id = c.key WHERE order_id = $1 AND c.status = 'Charged'";
        const string Refunds =
            "FROM bank.refunds r JOIN payments.payments p ON p.id = r.charge_key WHERE p.order_id = $1";
        var count = await ScalarAsync<long>("paymentsdb", $"SELECT count(*) {Charges}", order);
        var net = await ScalarAsync<long>(
            "paymentsdb",
            $"SELECT (SELECT coalesce(sum(c.amount), 0) {Charges})::bigint - (SELECT coalesce(sum(r.amount), "
                + $"0) {Refunds})::bigint",
            order);
        return (count, net);
    }

    /// <summary>The process that runs a resource, or the replica of this id, by what the host reports now.</summary>
    public async Task<int> ProcessIdOfAsync(string resource)
    {
        var seen = await SeenAsync(
            resource,
            seen => Processes.IdOf(seen.Snapshot) is not null || ContainerEngine.ContainerOf(seen) is not null);
        return Processes.IdOf(seen.Snapshot)
            ?? await ContainerEngine.ProcessOfAsync(ContainerEngine.ContainerOf(seen)!);
    }

    /// <summary>
    /// Stops the processes of a resource (SIGSTOP) while something is done: they are neither dead nor alive.
    /// </summary>
    public async Task StallAsync(string resource, Func<Task> meanwhile)
    {
        var process = await ProcessIdOfAsync(resource);
        if (ContainerEngine.ContainerOf(await SeenAsync(resource, _ => true)) is { } container)
            await ContainerEngine.StallAsync(container, meanwhile);
        else
            await Processes.StallAsync(process, meanwhile);
    }

    /// <summary>The state of a resource, or of the replica of this id, once it is as asked.</summary>
    public async Task<ResourceEvent> SeenAsync(string resource, Func<ResourceEvent, bool> isRight)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        timeout.CancelAfter(StartTimeout);
        ResourceEvent? last = null;
        try
        {
            // Aspire's own WaitForResourceAsync does not know the ids of replicas.
            await foreach (var seen in App.ResourceNotifications.WatchAsync(timeout.Token))
            {
                if (seen.Resource.Name != resource && seen.ResourceId != resource)
                    continue;

                last = seen;
                if (isRight(seen))
                    return seen;
            }
        }
        catch (OperationCanceledException) when (!TestContext.Current.CancellationToken.IsCancellationRequested)
        {
            // Said below.
        }

        throw new InvalidOperationException(
            $"{resource} did not become as expected. Last seen: {last?.Snapshot.State?.Text ?? "nothing"}");
    }

    /// <summary>
    /// kill -9, then the start that an orchestrator in production would give; returns when it is healthy.
    /// </summary>
    public async Task KillAsync(string resource)
    {
        var killed = await ProcessIdOfAsync(resource);
        if (ContainerEngine.ContainerOf(await SeenAsync(resource, _ => true)) is { } container)
            await ContainerEngine.KillAsync(container);
        else
            await Processes.SignalAsync(killed, "KILL");

        await StartAgainAsync(resource, killed);
        await HealthyAgainAsync(resource);
    }

    public async Task RestartAsync(string resource)
    {
        await CommandAsync(resource, KnownResourceCommands.RestartCommand);
        await HealthyAgainAsync(resource);
    }

    // A container that is restarted shows the end of its predecessor for a moment.
    private Task<ResourceEvent> HealthyAgainAsync(string resource) => App.ResourceNotifications
        .WaitForResourceHealthyAsync(
            resource, WaitBehavior.WaitOnResourceUnavailable, TestContext.Current.CancellationToken)
        .WaitAsync(StartTimeout, TestContext.Current.CancellationToken);

    /// <summary>Gives the one instance of a resource, or the replica of this id, a command, which succeeds.</summary>
    public async Task CommandAsync(string resource, string command)
    {
        var seen = await SeenAsync(resource, _ => true);
        var result = await App.ResourceCommands.ExecuteCommandAsync(
            seen.ResourceId, command, TestContext.Current.CancellationToken);
        Assert.True(result.Success, $"{command} {resource}: {result.Message}");
    }

    /// <summary>
    /// Starts a resource, or the replica of this id, whose process has ended by a signal: DCP restarts nothing.
    /// </summary>
    public async Task StartAgainAsync(string resource, int ended)
    {
        await SeenAsync(resource, seen => KnownResourceStates.TerminalStates.Contains(seen.Snapshot.State?.Text));
        await CommandAsync(resource, KnownResourceCommands.StartCommand);
        await Eventually.Is(
            () => ProcessIdOfAsync(resource), now => now != ended, what: $"A new process of {resource}");
    }
}
