using Microsoft.Extensions.DependencyInjection;

namespace Shop.Tests;

/// <summary>Plain HTTP clients: no retries, no service discovery.</summary>
internal static class Clients
{
    private static readonly IHttpClientFactory Factory =
        new ServiceCollection().AddHttpClient().BuildServiceProvider().GetRequiredService<IHttpClientFactory>();

    public static HttpClient To(string address) => To(new Uri(address));

    public static HttpClient To(Uri address)
    {
        var client = Factory.CreateClient();
        client.BaseAddress = address;
        return client;
    }
}
