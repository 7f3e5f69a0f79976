using System.Diagnostics.Metrics;
using Microsoft.Extensions.Options;
using Shop.ServiceDefaults;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Model;

namespace Shop.Gateway.Limits;

/// <summary>The rate limits, and which of them a request counts against.</summary>
internal sealed class RateLimits
{
    public const string Session = "session";
    public const string Cart = "cart";
    private const string User = "user";
    private const string Address = "address";
    private const string Metadata = "RateLimit";

    private readonly RateLimit _user;
    private readonly RateLimit _address;
    private readonly RateLimit _session;
    private readonly RateLimit _cart;
    private readonly Counter<long> _refused;

    public RateLimits(IOptions<RateLimitOptions> options, TimeProvider clock, IMeterFactory meters)
    {
        _user = new(User, options.Value.User, clock);
        _address = new(Address, options.Value.Address, clock);
        _session = new(Session, options.Value.Session, clock);
        _cart = new(Cart, options.Value.Cart, clock);
        All = [_user, _address, _session, _cart];
        _refused = meters.Create("Shop.Gateway")
            .CreateCounter<long>("shop.gateway.rate_limited", "{request}", "Requests over a limit, by limit.");
    }

    public IReadOnlyList<RateLimit> All { get; }

    /// <summary>The limit that a request counts against, and the caller it is counted for.</summary>
    /// <param name="context">The request; its route may name a limit.</param>
    /// <param name="user">The user of a valid token; null without one.</param>
    public (RateLimit Limit, string Caller) Of(HttpContext context, string? user)
    {
        var named = context.GetEndpoint()?.Metadata.GetMetadata<RouteModel>()?.Config.Metadata?.GetValueOrDefault(
            Metadata);
        // Otherwise a signed-in attacker could guess passwords at the much higher rate of a customer.
        if (user is not null && named != Session)
            return (_user, user);

        var limit = named switch
        {
            Session => _session,
            Cart => _cart,
            _ => _address,
        };
        return (limit, CallerNetwork.Of(context.Connection.RemoteIpAddress));
    }

    public void Refused(RateLimit limit) => _refused.Add(1, new KeyValuePair<string, object?>("limit", limit.Name));

    public static RouteConfig Named(RouteConfig route, string limit) =>
        route with { Metadata = new Dictionary<string, string> { [Metadata] = limit } };
}

internal static class RateLimitSetup
{
    public static void AddRateLimits(this IHostApplicationBuilder builder)
    {
        builder.AddValidatedOptions<RateLimitOptions>("RateLimits");
        builder.Services.AddSingleton<RateLimits>();
        if (string.IsNullOrEmpty(builder.Configuration.GetConnectionString("redis")))
            return;

        // Without Redis, each replica counts alone.
        builder.AddRedis();
        builder.Services.AddHostedService<SharedCountsWorker>();
    }

    /// <summary>Counts requests of a route against a limit of its own.</summary>
    public static RouteConfig Limited(this RouteConfig route, string limit) => RateLimits.Named(route, limit);
}
