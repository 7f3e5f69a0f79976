using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Shop.Tests.Distributed;

/// <summary>The whole shop: real processes, a real Postgres and a real Redis, data that is thrown away, free ports.</summary>
public class RunningShop : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);
    private static readonly string[] Resources = ["postgres", "redis", "users", "orders", "payments", "shipping", "gateway"];
    private readonly ConcurrentDictionary<string, NpgsqlDataSource> _databases = new();
    private DistributedApplication? _app;

    public DistributedApplication App => _app ?? throw new InvalidOperationException("The shop was not started.");

    /// <summary>Settings of the app host on top of those that make parcels travel fast.</summary>
    protected virtual string[] Settings => [];

    /// <summary>Changes the application before it is built.</summary>
    protected virtual void Prepare(IDistributedApplicationBuilder builder)
    {
    }

    public virtual async ValueTask InitializeAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        var builder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.Shop_AppHost>(
            ["--Services:shipping:Settings:Shipping:Carrier:StepTime=00:00:00.300", .. Settings], patience.Token);
        builder.Services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Warning)
            // A resource that is not healthy yet is what the tests wait for, or what they made.
            .AddFilter("Microsoft.Extensions.Diagnostics.HealthChecks", LogLevel.None)
            .AddFilter("System.Net.Http.HttpClient", LogLevel.Warning)
            .AddFilter("Shop.AppHost.Resources", LogLevel.Warning));
        Prepare(builder);
        _app = await builder.BuildAsync(patience.Token);
        await _app.StartAsync(patience.Token);
        await HealthyAsync(patience.Token);
    }

    public virtual async ValueTask DisposeAsync()
    {
        foreach (var database in _databases.Values)
            await database.DisposeAsync();

        if (_app is not null)
            await _app.DisposeAsync();

        GC.SuppressFinalize(this);
    }

    /// <summary>Waits until every resource is healthy.</summary>
    public async Task HealthyAsync(CancellationToken cancel)
    {
        foreach (var resource in Resources)
            await App.ResourceNotifications.WaitForResourceHealthyAsync(resource, cancel);
    }

    /// <summary>A customer nobody has seen before.</summary>
    public async Task<Customer> NewCustomerAsync()
    {
        var customer = new Customer(App.CreateHttpClient("gateway", "http"));
        await customer.RegisterAsync();
        await customer.SignInAsync();
        return customer;
    }

    /// <summary>Somebody without a token.</summary>
    public Customer Anonymous() => new(App.CreateHttpClient("gateway", "http"));

    /// <summary>The first column of the first row.</summary>
    public async Task<T> ScalarAsync<T>(string database, string sql, params object[] parameters) =>
        (await RowsAsync(database, sql, row => row.GetFieldValue<T>(0), parameters)) is [var value, ..]
            ? value
            : throw new InvalidOperationException($"No value: {sql}");

    public async Task ExecuteAsync(string database, string sql, params object[] parameters) =>
        await RowsAsync(database, sql, _ => 0, parameters);

    public async Task<List<T>> RowsAsync<T>(string database, string sql, Func<NpgsqlDataReader, T> read, params object[] parameters)
    {
        if (!_databases.TryGetValue(database, out var source))
        {
            var connection = await App.GetConnectionStringAsync(database) ?? throw new InvalidOperationException($"{database} has no connection string.");
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

    private static async Task<List<T>> ReadAsync<T>(NpgsqlDataSource source, string sql, Func<NpgsqlDataReader, T> read, object[] parameters)
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

    /// <summary>What the bank's own record says of an order: how many charges, and what is left of them after refunds.</summary>
    public async Task<(long Count, long Net)> ChargesAsync(Guid order)
    {
        const string Charges = "FROM bank.charges c JOIN payments.payments p ON p.id = c.key WHERE p.order_id = $1 AND c.status = 'Charged'";
        const string Refunds = "FROM bank.refunds r JOIN payments.payments p ON p.id = r.charge_key WHERE p.order_id = $1";
        var count = await ScalarAsync<long>("paymentsdb", $"SELECT count(*) {Charges}", order);
        var net = await ScalarAsync<long>("paymentsdb", $"SELECT (SELECT coalesce(sum(c.amount), 0) {Charges})::bigint - (SELECT coalesce(sum(r.amount), 0) {Refunds})::bigint", order);
        return (count, net);
    }

    /// <summary>The process that runs a resource now, by what the host reports of it.</summary>
    public async Task<int> ProcessIdOfAsync(string resource)
    {
        var seen = await App.ResourceNotifications.WaitForResourceAsync(resource, running => ProcessId(running) is not null);
        return Convert.ToInt32(ProcessId(seen), CultureInfo.InvariantCulture);
    }

    /// <summary>kill -9; returns when a new process of the resource is healthy.</summary>
    public async Task KillAsync(string resource)
    {
        var killed = await ProcessIdOfAsync(resource);
        using (var process = Process.GetProcessById(killed))
            process.Kill();

        await Eventually.Is(() => ProcessIdOfAsync(resource), now => now != killed, what: $"A new process of {resource}");
        await App.ResourceNotifications.WaitForResourceHealthyAsync(resource, TestContext.Current.CancellationToken);
    }

    public async Task RestartAsync(string resource)
    {
        await CommandAsync(resource, KnownResourceCommands.RestartCommand);
        await App.ResourceNotifications.WaitForResourceHealthyAsync(resource, TestContext.Current.CancellationToken);
    }

    /// <summary>Gives the one instance of a resource a command, which must succeed.</summary>
    public async Task CommandAsync(string resource, string command)
    {
        var cancel = TestContext.Current.CancellationToken;
        var seen = await App.ResourceNotifications.WaitForResourceAsync(resource, _ => true, cancel);
        var result = await App.ResourceCommands.ExecuteCommandAsync(seen.ResourceId, command, cancel);
        Assert.True(result.Success, $"{command} {resource}: {result.Message}");
    }

    private static object? ProcessId(ResourceEvent seen) => seen.Snapshot.State?.Text == KnownResourceStates.Running
        ? seen.Snapshot.Properties.FirstOrDefault(property => property.Name == "executable.pid")?.Value
        : null;
}
