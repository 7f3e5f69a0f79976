using System.Buffers.Binary;
using System.Globalization;
using Microsoft.Extensions.Options;
using Shop.ServiceDefaults;

namespace Shop.Shipping.Carriers;

/// <summary>
/// Nordpost, a carrier that stores nothing: its tracking number follows from the key, and at every scan the parcel has
/// come one step further. So how fast parcels travel follows from the due time in our rows.
/// </summary>
internal sealed class SimulatedCarrier(IOptionsMonitor<SimulatedCarrierOptions> options) : Carrier
{
    private const string Name = "Nordpost";

    public override string? RefusalOf(string country, string postalCode) =>
        !AddressRules.IsCountry(country) ? $"{Name} does not know this country."
        : postalCode.Trim() == "00000" ? $"{Name} does not deliver to the postal code 00000."
        : null;

    public override Task<CarrierAnswer> BookAsync(Guid key, ShipTo shipTo, CancellationToken cancel) =>
        Task.FromResult<CarrierAnswer>(
            RefusalOf(shipTo.Country, shipTo.PostalCode) is { } reason
                ? new Refused(reason)
                : new Booked(Name, TrackingNumber(key), options.CurrentValue.StepTime));

    public override Task<CarrierAnswer> ScanAsync(
        string trackingNumber, ShipmentStatus known, ShipTo shipTo, CancellationToken cancel) =>
        Task.FromResult<CarrierAnswer>(known switch
        {
            ShipmentStatus.Created => Seen(ShipmentStatus.Dispatched, "Warehouse Lübeck"),
            ShipmentStatus.Dispatched => Seen(ShipmentStatus.InTransit, "Parcel centre Hamburg"),
            _ => Seen(ShipmentStatus.Delivered, shipTo.City),
        });

    private Scanned Seen(ShipmentStatus status, string place) => new(status, place, options.CurrentValue.StepTime);

    // From the random half of the id, so that numbers of the same moment have nothing in common.
    private static string TrackingNumber(Guid key)
    {
        Span<byte> bytes = stackalloc byte[16];
        key.TryWriteBytes(bytes, bigEndian: true, out _);
        var digits = BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]) % 10_000_000_000_000;
        return string.Create(CultureInfo.InvariantCulture, $"NP{digits:D13}DE");
    }
}
