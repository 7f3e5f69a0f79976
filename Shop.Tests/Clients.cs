using Microsoft.Extensions.DependencyInjection;

namespace Shop.Tests;

/// <summary>
/// Plain HTTP clients: no retries, no service discovery, and no trace of the test process. A host inside of it that
/// samples no client spans would have every service drop the trace of the request.
/// </summary>
internal static class Clients
{
    private static readonly IHttpClientFactory Factory = new ServiceCollection()
        .ConfigureHttpClientDefaults(client => client.UseSocketsHttpHandler(
            (handler, _) => handler.ActivityHeadersPropagator = null))
        .AddHttpClient()
        .BuildServiceProvider()
        .GetRequiredService<IHttpClientFactory>();

    public static HttpClient To(string address) => To(new Uri(address));

    public static HttpClient To(Uri address) => To(address, "");

    /// <summary>
    /// With connections of its own: one that another test has used may just be closed by the other side, which no POST
    /// survives.
    /// </summary>
    public static HttpClient WithOwnConnectionsTo(Uri address) => To(address, $"{Guid.CreateVersion7()}");

    private static HttpClient To(Uri address, string pool)
    {
        var client = Factory.CreateClient(pool);
        client.BaseAddress = address;
        return client;
    }
}
