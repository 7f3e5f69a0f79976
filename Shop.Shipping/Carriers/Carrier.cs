namespace Shop.Shipping.Carriers;

/// <summary>A parcel carrier. Every call may be repeated: a booking with the same key is the same parcel.</summary>
internal abstract class Carrier
{
    /// <summary>Why the carrier does not go there, from what it has told us beforehand; null when it does.</summary>
    public abstract string? RefusalOf(string country, string postalCode);

    /// <summary>Announces a parcel.</summary>
    /// <returns><see cref="Booked"/> or <see cref="Refused"/>.</returns>
    public abstract Task<CarrierAnswer> BookAsync(Guid key, ShipTo shipTo, CancellationToken cancel);

    /// <summary>Asks where a parcel is.</summary>
    /// <param name="trackingNumber">What the carrier calls the parcel.</param>
    /// <param name="known">The status that we know of.</param>
    /// <param name="shipTo">Where it goes.</param>
    /// <param name="cancel">Our time-out.</param>
    /// <returns><see cref="Scanned"/>, with the known status when nothing has changed.</returns>
    public abstract Task<CarrierAnswer> ScanAsync(
        string trackingNumber, ShipmentStatus known, ShipTo shipTo, CancellationToken cancel);
}
