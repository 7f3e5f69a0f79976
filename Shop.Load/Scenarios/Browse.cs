namespace Shop.Load;

/// <summary>Looks at a product.</summary>
internal sealed class Browse : Scenario
{
    private Guid[] _products = [];

    public override async Task PrepareAsync(HttpClient client, CancellationToken cancel) =>
        _products = await ShopApi.ProductsAsync(client, cancel);

    public override async Task<bool> OnceAsync(HttpClient client, CancellationToken cancel)
    {
        using var answer = await client.GetAsync(
            new Uri($"/api/products/{Random.Shared.GetItems(_products, 1)[0]}", UriKind.Relative), cancel);
        return answer.IsSuccessStatusCode;
    }
}

/// <summary>
/// Reads the shipping rates, which need no database: what the gateway and a service cost by themselves.
/// </summary>
internal sealed class Rates : Scenario
{
    public override Task PrepareAsync(HttpClient client, CancellationToken cancel) => Task.CompletedTask;

    public override async Task<bool> OnceAsync(HttpClient client, CancellationToken cancel)
    {
        using var answer = await client.GetAsync(new Uri("/api/shipping/rates", UriKind.Relative), cancel);
        return answer.IsSuccessStatusCode;
    }
}
