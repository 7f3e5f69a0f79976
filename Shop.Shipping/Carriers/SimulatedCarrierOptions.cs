using System.ComponentModel.DataAnnotations;

namespace Shop.Shipping.Carriers;

internal sealed class SimulatedCarrierOptions
{
    public const string Section = "Shipping:Carrier";

    /// <summary>How long a parcel takes from each status to the next.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "7.00:00:00")]
    public TimeSpan StepTime { get; set; } = TimeSpan.FromSeconds(3);
}
