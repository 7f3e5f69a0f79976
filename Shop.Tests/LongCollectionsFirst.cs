using Xunit.Sdk;
using Xunit.v3;

[assembly: TestCollectionOrderer(typeof(Shop.Tests.LongCollectionsFirst))]

namespace Shop.Tests;

/// <summary>
/// Two collections run side by side, since tests mostly wait. The long ones, which start a shop or servers, begin
/// first, so that at the end none is left to run alone.
/// </summary>
public sealed class LongCollectionsFirst : ITestCollectionOrderer
{
    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(
        IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : ITestCollection =>
        [
            .. testCollections
                .OrderBy(
                    collection => collection.TestCollectionDisplayName
                        is not (nameof(Distributed.SharedShop) or nameof(Distributed.ShopToRestart)))
                .ThenBy(collection => collection.TestCollectionClassName is null && !IsLong(collection)),
        ];

    // Has servers of its own, without a fixture.
    private static bool IsLong(ITestCollection collection) =>
        collection.TestCollectionDisplayName.Contains(nameof(Hosting.NativeServerTests), StringComparison.Ordinal);
}
