using System.Diagnostics;
using System.Net.Http.Headers;

namespace Shop.Load;

/// <summary>Places orders, as customers who have signed in.</summary>
internal class Buy : Scenario
{
    private readonly Customers _customers = new(count: 8);
    private Guid[] _products = [];

    /// <summary>Of how many products each order takes one.</summary>
    public int Products { get; init; } = 24;

    public override async Task PrepareAsync(HttpClient client, CancellationToken cancel)
    {
        _products = await ShopApi.NewProductsAsync(client, Products, cancel);
        await _customers.RegisterAsync(client, cancel);
    }

    public override Task RenewAsync(HttpClient client, CancellationToken cancel) =>
        _customers.RenewAsync(client, cancel);

    public override async Task<bool> OnceAsync(HttpClient client, CancellationToken cancel)
    {
        var (_, answer) = await PlaceAsync(client, cancel);
        using (answer)
            return answer.IsSuccessStatusCode;
    }

    /// <summary>One order by one of the customers.</summary>
    protected async Task<(AuthenticationHeaderValue Customer, HttpResponseMessage Answer)> PlaceAsync(
        HttpClient client, CancellationToken cancel)
    {
        var customer = await _customers.AnyAsync(client, cancel);
        var product = Random.Shared.GetItems(_products, 1)[0];
        return (customer, await ShopApi.OrderAsync(client, customer, product, cancel));
    }
}

/// <summary>Buys, and waits until the parcel is delivered.</summary>
internal sealed class Purchase : Buy
{
    // Often enough to see the end soon, and seldom enough to be no load of its own.
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(60);

    public override async Task<bool> OnceAsync(HttpClient client, CancellationToken cancel)
    {
        var start = Stopwatch.GetTimestamp();
        var (customer, answer) = await PlaceAsync(client, cancel);
        using var placed = answer;
        if (!placed.IsSuccessStatusCode)
            return false;

        var order = await ShopApi.IdAsync(placed, cancel);
        while (Stopwatch.GetElapsedTime(start) < Longest)
        {
            if (await ShopApi.StatusAsync(client, customer, order, cancel) == "Delivered")
                return true;

            await Task.Delay(Look, cancel);
        }

        return false;
    }
}

/// <summary>Nine look around for one who buys.</summary>
internal sealed class Mixed : Scenario
{
    private readonly Browse _browse = new();
    private readonly Buy _buy = new();

    public override async Task PrepareAsync(HttpClient client, CancellationToken cancel)
    {
        await _browse.PrepareAsync(client, cancel);
        await _buy.PrepareAsync(client, cancel);
    }

    public override Task RenewAsync(HttpClient client, CancellationToken cancel) => _buy.RenewAsync(client, cancel);

    public override Task<bool> OnceAsync(HttpClient client, CancellationToken cancel) =>
        Random.Shared.Next(10) == 0 ? _buy.OnceAsync(client, cancel) : _browse.OnceAsync(client, cancel);
}

/// <summary>Signs in, which costs a password hash.</summary>
internal sealed class SignIn : Scenario
{
    private string _email = "";

    public override async Task PrepareAsync(HttpClient client, CancellationToken cancel) =>
        _email = await ShopApi.RegisterAsync(client, cancel);

    public override async Task<bool> OnceAsync(HttpClient client, CancellationToken cancel) =>
        await ShopApi.SignInAsync(client, _email, cancel) is not null;
}
