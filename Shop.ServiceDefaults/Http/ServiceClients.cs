using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Net.Http.Headers;

namespace Shop.ServiceDefaults;

/// <summary>
/// Calls to sister services: discovered, with time-outs, retries of safe methods and a circuit breaker each.
/// </summary>
public static class ServiceClients
{
    private static readonly TimeSpan TimeoutOfLoops = TimeSpan.FromSeconds(5);

    /// <summary>A named client whose relative addresses go to <paramref name="service"/>.</summary>
    /// <param name="builder">The host.</param>
    /// <param name="clientName">
    /// The name for <see cref="IHttpClientFactory.CreateClient"/>; begin it with the module's name.
    /// </param>
    /// <param name="service">The service's resource name in the AppHost.</param>
    public static IHttpClientBuilder AddServiceClient(
        this IHostApplicationBuilder builder, string clientName, string service)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.Services.AddHttpClient(
            clientName, client => client.BaseAddress = new($"https+http://{service}"));
    }

    /// <summary>
    /// Has connections to services end early: an idle one before the <c>Shutdown:Grace</c> of a replica that is about
    /// to end is over, so that no request is sent by a connection that is just being closed; a busy one after a minute,
    /// so that new replicas get their share.
    /// </summary>
    /// <param name="handler">Keeps the connections.</param>
    public static void KeepBriefly(SocketsHttpHandler handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        // Looked at once a second, so an idle connection lives for two at most.
        handler.PooledConnectionIdleTimeout = TimeSpan.FromSeconds(1);
        handler.PooledConnectionLifetime = TimeSpan.FromMinutes(1);
    }

    /// <summary>
    /// For a loop that tries again by itself: each attempt ends soon, well or badly, and leaves no warning.
    /// </summary>
    /// <param name="client">The client of the loop.</param>
    public static IHttpClientBuilder WithoutRetries(this IHttpClientBuilder client)
    {
        ArgumentNullException.ThrowIfNull(client);
#pragma warning disable EXTEXP0001 // Experimental in name; every client has a pipeline unless it is removed.
        client.RemoveAllResilienceHandlers();
#pragma warning restore EXTEXP0001
        return client.ConfigureHttpClient(http => http.Timeout = TimeoutOfLoops);
    }

    /// <summary>
    /// Sends the caller's own bearer token along: every service checks it again and applies its own rules.
    /// </summary>
    public static IHttpClientBuilder ForwardCallerToken(this IHttpClientBuilder client)
    {
        ArgumentNullException.ThrowIfNull(client);
        client.Services.AddHttpContextAccessor();
        return client.AddHttpMessageHandler(
            services => new CallerToken(services.GetRequiredService<IHttpContextAccessor>()));
    }

    private sealed class CallerToken(IHttpContextAccessor accessor) : DelegatingHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (accessor.HttpContext?.Request.Headers.Authorization is [{ } token])
                request.Headers.TryAddWithoutValidation(HeaderNames.Authorization, token);

            return base.SendAsync(request, cancellationToken);
        }
    }
}
