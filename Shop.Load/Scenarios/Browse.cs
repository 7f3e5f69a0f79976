namespace Shop.Load;

/// <summary>Looks at a product.</summary>
internal sealed class Browse : Scenario
{
    private readonly Customers _customers = new(count: 1);
    private Guid[] _products = [];

    /// <summary>As a customer with a token, whose requests the gateway never answers by itself.</summary>
    public bool SignedIn { get; init; }

    public override async Task PrepareAsync(HttpClient client, CancellationToken cancel)
    {
        _products = await ShopApi.ProductsAsync(client, cancel);
        if (SignedIn)
            await _customers.RegisterAsync(client, cancel);
    }

    public override Task RenewAsync(HttpClient client, CancellationToken cancel) =>
        SignedIn ? _customers.RenewAsync(client, cancel) : Task.CompletedTask;

    public override async Task<bool> OnceAsync(HttpClient client, CancellationToken cancel)
    {
        using var answer = await ShopApi.GetAsync(
            client,
            $"/api/products/{Random.Shared.GetItems(_products, 1)[0]}",
            SignedIn ? await _customers.AnyAsync(client, cancel) : null,
            cancel);
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
