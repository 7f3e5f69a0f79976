namespace Shop.Tests.Distributed;

/// <summary>One running shop for all tests that leave it whole.</summary>
[CollectionDefinition(nameof(SharedShop))]
public sealed class SharedShop : RunningShop, ICollectionFixture<SharedShop>;
