namespace Shop.Load;

/// <summary>What somebody does with the shop, again and again.</summary>
internal abstract class Scenario
{
    /// <summary>All of them by the names of the command line.</summary>
    public static IReadOnlyDictionary<string, Func<Scenario>> All { get; } = new Dictionary<string, Func<Scenario>>
    {
        ["browse"] = () => new Browse(),
        ["buy"] = () => new Buy(),
        ["flash-sale"] = () => new Buy { Products = 1 },
        ["mixed"] = () => new Mixed(),
        ["purchase"] = () => new Purchase(),
        ["rates"] = () => new Rates(),
        ["sign-in"] = () => new SignIn(),
    };

    /// <summary>Makes what it needs: customers, products.</summary>
    public abstract Task PrepareAsync(HttpClient client, CancellationToken cancel);

    /// <summary>Signs its customers in again when it is time: what is measured is not how long that takes.</summary>
    public virtual Task RenewAsync(HttpClient client, CancellationToken cancel) => Task.CompletedTask;

    /// <summary>Does it once.</summary>
    /// <returns>Whether it was answered as a customer wants it.</returns>
    public abstract Task<bool> OnceAsync(HttpClient client, CancellationToken cancel);
}
