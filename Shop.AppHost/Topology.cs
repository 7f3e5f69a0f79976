using Microsoft.Extensions.Configuration;
using Service = Aspire.Hosting.ApplicationModel.IResourceBuilder<Aspire.Hosting.ApplicationModel.ProjectResource>;

namespace Shop.AppHost;

/// <summary>
/// Which modules share a process. Each is a service of its own, unless <c>--Topology=monolith</c> puts the gateway and
/// all modules into one process, <c>shop</c>; <c>--Extract=payments,shipping</c> leaves those services of their own.
/// </summary>
internal sealed class Topology
{
    private const string Monolith = "monolith";
    private const string Services = "services";
    private const string Shop = "shop";
    private static readonly string[] Modules = ["users", "orders", "payments", "shipping"];

    private readonly IDistributedApplicationBuilder _builder;
    private readonly string[] _together;
    private readonly Service? _shop;

    /// <exception cref="InvalidOperationException">The settings name what there is not.</exception>
    public Topology(IDistributedApplicationBuilder builder)
    {
        _builder = builder;
        var extracted = (builder.Configuration["Extract"] ?? "")
            .Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var isMonolith = builder.Configuration["Topology"] switch
        {
            Monolith => true,
            null or "" or Services => false,
            var other => throw new InvalidOperationException(
                $"Topology is {Services} or {Monolith}, not {other}."),
        };
        if (extracted.Except(isMonolith ? Modules : []).FirstOrDefault() is { } unknown)
        {
            throw new InvalidOperationException(
                $"{unknown} can't be extracted: from --Topology={Monolith} one can extract "
                + $"{string.Join(", ", Modules)}.");
        }

        _together = isMonolith ? [.. Modules.Except(extracted)] : [];
        if (!isMonolith)
            return;

        _shop = builder.AddProject<Projects.Shop_Monolith>(Shop)
            .WithExternalHttpEndpoints()
            .WithServiceSettings([Shop, "gateway", .. _together])
            .WithShopLinks();
        if (extracted is not [])
            _shop.WithEnvironment("Extract", string.Join(',', extracted));
    }

    /// <summary>Events between processes, carts and counts of rate limits that replicas share.</summary>
    public bool NeedsRedis => _together.Length < Modules.Length
        || _builder.Configuration.GetValue($"Services:{Shop}:Replicas", 1) > 1;

    /// <summary>The gateway, by itself or with the modules behind it.</summary>
    public static ProjectResource GatewayIn(DistributedApplicationModel model) =>
        model.Resources.OfType<ProjectResource>().Single(project => project.Name is "gateway" or Shop);

    /// <summary>The process of a module: a service of its own, or the one that it shares.</summary>
    public Service AddModule<TProject>(string name)
        where TProject : IProjectMetadata, new() =>
        _together.Contains(name)
            ? _shop!
            : _builder.AddProject<TProject>(name).WithHttpEndpoint().WithServiceSettings(name).WithServiceLinks();

    public Service AddGateway<TProject>(string name)
        where TProject : IProjectMetadata, new() =>
        _shop ?? _builder.AddProject<TProject>(name)
            .WithExternalHttpEndpoints().WithServiceSettings(name).WithShopLinks();

    /// <summary>
    /// Tells a process where a module is that it calls. One that shares the process of the gateway is called like from
    /// outside, at the gateway's address.
    /// </summary>
    /// <returns>The module's service, unless it shares a process.</returns>
    public ProjectResource? Connect(Service caller, string module)
    {
        if (!_together.Contains(module))
        {
            var service = _builder.Resources.OfType<ProjectResource>().Single(project => project.Name == module);
            caller.WithReference(_builder.CreateResourceBuilder(service));
            return service;
        }

        if (caller.Resource != _shop!.Resource)
            caller.WithEnvironment($"services__{module}__http__0", _shop.GetEndpoint("http"));

        return null;
    }
}

internal static class TopologyExtensions
{
    public static Service Calls(this Service caller, Topology topology, params string[] modules)
    {
        foreach (var module in modules)
            topology.Connect(caller, module);

        return caller;
    }

    public static Service CallsAndAwaits(this Service caller, Topology topology, params string[] modules)
    {
        foreach (var module in modules)
        {
            if (topology.Connect(caller, module) is { } service)
                caller.WaitFor(caller.ApplicationBuilder.CreateResourceBuilder(service));
        }

        return caller;
    }

    /// <summary>A process that is alone needs no Redis.</summary>
    public static Service WithRedis(
        this Service service, IResourceBuilder<RedisResource>? redis, bool waits = true) =>
        redis is null ? service
        : waits ? service.WithReference(redis).WaitFor(redis)
        : service.WithReference(redis);
}
