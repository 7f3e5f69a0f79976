using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Net.Http.Headers;

namespace Shop.ServiceDefaults;

/// <summary>
/// HTTP clients for other services: with service discovery, timeouts, retries of safe methods and a circuit breaker
/// each.
/// </summary>
public static class ServiceClients
{
    private static readonly TimeSpan BackgroundTimeout = TimeSpan.FromSeconds(5);

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
    /// Closes connections to services early: an idle one well within the <c>Shutdown:Grace</c> of a stopping replica,
    /// so that no request is sent on a connection that is just being closed; a busy one after a minute, so that new
    /// replicas get their share of the load.
    /// </summary>
    /// <param name="handler">The handler that pools the connections.</param>
    public static void LimitConnectionLifetime(SocketsHttpHandler handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        // Idle connections are checked once a second, so one lives for two seconds at most.
        handler.PooledConnectionIdleTimeout = TimeSpan.FromSeconds(1);
        handler.PooledConnectionLifetime = TimeSpan.FromMinutes(1);
    }

    /// <summary>
    /// For background work that retries by itself: each attempt ends quickly and logs no warning.
    /// </summary>
    /// <param name="client">The client of the background work.</param>
    public static IHttpClientBuilder WithoutRetries(this IHttpClientBuilder client)
    {
        ArgumentNullException.ThrowIfNull(client);
#pragma warning disable EXTEXP0001 // Marked experimental; there is no other way to remove the default pipeline.
        client.RemoveAllResilienceHandlers();
#pragma warning restore EXTEXP0001
        return client.ConfigureHttpClient(http => http.Timeout = BackgroundTimeout);
    }

    /// <summary>
    /// Forwards the caller's bearer token: every service verifies it again and applies its own rules.
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
