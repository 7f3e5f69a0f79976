namespace Shop.Tests.Distributed;

/// <summary>A shop of its own for tests that break it.</summary>
[CollectionDefinition(nameof(ShopToBreak))]
public sealed class ShopToBreak : RunningShop, ICollectionFixture<ShopToBreak>
{
    private readonly Dictionary<string, long> _poison = [];

    /// <summary>Adds dead letters that a test has planted; gives all planted in this shop so far.</summary>
    public IReadOnlyDictionary<string, long> Poison(IReadOnlyDictionary<string, long> planted)
    {
        foreach (var (service, count) in planted)
            _poison[service] = _poison.GetValueOrDefault(service) + count;

        return _poison;
    }
}
