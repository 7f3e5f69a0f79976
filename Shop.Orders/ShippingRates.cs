using System.Collections.Frozen;
using Microsoft.Extensions.Options;
using Shop.ServiceDefaults;

namespace Shop.Orders;

/// <summary>
/// Shipping's rate list, read in the background once a minute, so that no checkout waits for Shipping. While Shipping
/// is away the last known list serves; before there was any, a flat rate does.
/// </summary>
internal sealed class ShippingRates(
    IHttpClientFactory clients, IOptions<OrdersOptions> options, ILogger<ShippingRates> log)
    : BackgroundWorker("Reading the rates of Shipping", TimeSpan.FromMinutes(1), Task.CompletedTask, log)
{
    public const string Client = "orders-shipping";
    private const string AnyCountry = "*";
    private volatile FrozenDictionary<string, Rate> _rates = FrozenDictionary<string, Rate>.Empty;

    /// <summary>What it costs to ship goods of this value, in their currency.</summary>
    public Money PriceFor(string country, Money goods)
    {
        var rates = _rates;
        var rate = rates.GetValueOrDefault(country) ?? rates.GetValueOrDefault(AnyCountry);
        if (rate is null || rate.Price.Currency != goods.Currency)
            return new(options.Value.FlatShipping, goods.Currency);

        return rate.FreeFrom is { } free && goods >= free ? Money.Zero(goods.Currency) : rate.Price;
    }

    protected override async Task<bool> WorkAsync(CancellationToken cancel)
    {
        using var client = clients.CreateClient(Client);
        var list = await client.GetFromJsonAsync<RateList>("/api/shipping/rates", Json.Events, cancel);
        // An invalid list must not replace a valid one.
        if (list is not { Items.Count: > 0 } || list.Items.Any(rate => rate is null || !rate.IsValid))
            throw new InvalidDataException("Shipping sent a rate list that can't be used.");

        _rates = list.Items.DistinctBy(rate => rate.Country).ToFrozenDictionary(rate => rate.Country);
        return false;
    }

    internal sealed record RateList(IReadOnlyList<Rate> Items);

    /// <summary>
    /// What a parcel to a country costs, with <c>*</c> to any other; free from a certain value of the goods.
    /// </summary>
    internal sealed record Rate(string Country, Money Price, Money? FreeFrom = null)
    {
        public bool IsValid =>
            Price.Amount is >= 0 and <= 100_000 && (FreeFrom is not { } free || free.Currency == Price.Currency);
    }
}
