using Shop.Tests.Security;

namespace Shop.Tests.Distributed;

/// <summary>
/// One running shop for all tests that leave it whole. What it did from its start to all healthy is kept.
/// </summary>
[CollectionDefinition(nameof(SharedShop))]
public sealed class SharedShop : RunningShop, ICollectionFixture<SharedShop>
{
    private OtlpListener? _telemetry;

    internal OtlpListener Telemetry => _telemetry ?? throw new InvalidOperationException("The shop was not started.");

    /// <summary>Every line that any process had written when all had become healthy.</summary>
    internal IReadOnlyList<(string Resource, string Line)> Start { get; private set; } = [];

    protected override string[] Settings => OtlpListener.SettingsFor(Telemetry.Address);

    public override async ValueTask InitializeAsync()
    {
        _telemetry = await OtlpListener.StartAsync();
        await base.InitializeAsync();
        Start = await this.ConsolesAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        if (_telemetry is not null)
            await _telemetry.DisposeAsync();
    }
}
