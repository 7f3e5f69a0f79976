using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Shop.Tests.StandIns;

/// <summary>The HTTP clients of an application that has no server of its own, and its configuration.</summary>
internal sealed class LocalClients : IAsyncDisposable
{
    private readonly ServiceProvider _services;

    public LocalClients(Action<IServiceCollection> add, Dictionary<string, string?>? settings = null)
        : this((services, _) => add(services), settings)
    {
    }

    public LocalClients(Action<IServiceCollection, IConfiguration> add, Dictionary<string, string?>? settings = null)
    {
        Configuration = new ConfigurationBuilder().AddInMemoryCollection(settings ?? []).Build();
        var services = new ServiceCollection().AddSingleton<IConfiguration>(Configuration).AddLogging().AddHttpClient();
        add(services, Configuration);
        _services = services.BuildServiceProvider();
    }

    public IConfigurationRoot Configuration { get; }

    public IServiceProvider Services => _services;

    public HttpClient Create(string name = "") => _services.GetRequiredService<IHttpClientFactory>().CreateClient(name);

    public void Change(string key, string? value)
    {
        Configuration[key] = value;
        Configuration.Reload();
    }

    public ValueTask DisposeAsync() => _services.DisposeAsync();
}
