using Shop.Tests.Distributed;
using Shop.Tests.Security;

namespace Shop.Tests.Topologies;

/// <summary>The shop in one process, beside one Postgres.</summary>
[CollectionDefinition(nameof(MonolithShop))]
public sealed class MonolithShop : RunningShop, ICollectionFixture<MonolithShop>
{
    private OtlpListener? _telemetry;

    internal OtlpListener Telemetry => _telemetry ?? throw new InvalidOperationException("The shop was not started.");

    protected override string[] Settings => ["--Topology=monolith", .. OtlpListener.SettingsFor(Telemetry.Address)];

    protected override string[] Resources => ["postgres", Gateway];

    protected override string Gateway => "shop";

    public override async ValueTask InitializeAsync()
    {
        _telemetry = await OtlpListener.StartAsync();
        await base.InitializeAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        if (_telemetry is not null)
            await _telemetry.DisposeAsync();
    }
}

/// <summary>One module is a service again; the others share a process.</summary>
public class ShopWithExtraction(string module) : RunningShop
{
    protected override string[] Settings => ["--Topology=monolith", $"--Extract={module}"];

    protected override string[] Resources => ["postgres", "redis", module, Gateway];

    protected override string Gateway => "shop";
}

[CollectionDefinition(nameof(ShopWithExtractedPayments))]
public sealed class ShopWithExtractedPayments()
    : ShopWithExtraction("payments"), ICollectionFixture<ShopWithExtractedPayments>;
