using System.Net;
using System.Net.Http.Json;
using Shop.Tests.Distributed;

namespace Shop.Tests.Security;

/// <summary>What attacks need to have something to attack.</summary>
/// <param name="Owner">The access token of the customer whose order it is.</param>
/// <param name="Stranger">The access token of another customer.</param>
/// <param name="Operator">The access token of an operator.</param>
/// <param name="Product">Of which there is plenty.</param>
/// <param name="Order">Paid for, delivered, and expensive enough for many refunds.</param>
/// <param name="Address">In the owner's book.</param>
/// <param name="Account">Of somebody for operators to deal with.</param>
internal sealed record Targets(
    string Owner, string Stranger, string Operator, Guid Product, Guid Order, Guid Address, Guid Account)
{
    private const int Plenty = 10_000_000;

    public static async Task<Targets> PrepareAsync(RunningShop shop)
    {
        var asOperator = await shop.OperatorAsync();
        var product = await asOperator.NewProductAsync(price: 10_000, opening: Plenty);
        var owner = await shop.NewCustomerAsync();
        var stranger = await shop.NewCustomerAsync();
        var order = await owner.OrderAsync(Customer.OrderOf(product, quantity: 100));
        await Eventually.Equals("Delivered", () => owner.StatusOfAsync(order), what: "The order to attack");
        var address = await Customer.Read(
            await owner.Http.PostAsJsonAsync(
                "/api/users/me/addresses", Customer.OrderOf(product)["shipTo"], TestContext.Current.CancellationToken),
            HttpStatusCode.Created);
        var account = await shop.NewCustomerAsync();
        return new(
            TokenOf(owner.Http),
            TokenOf(stranger.Http),
            TokenOf(asOperator),
            product,
            order,
            (Guid)address["id"]!,
            account.Id);
    }

    /// <summary>The path of a route about the thing that is there for it.</summary>
    public string PathOf(string route) => route.Split(' ')[1]
        .Replace("/addresses/{id}", $"/addresses/{Address}", StringComparison.Ordinal)
        .Replace("/users/{id}", $"/users/{Account}", StringComparison.Ordinal)
        .Replace("/products/{id}", $"/products/{Product}", StringComparison.Ordinal)
        .Replace("{id}", $"{Order}", StringComparison.Ordinal)
        .Replace("{orderId}", $"{Order}", StringComparison.Ordinal);

    public string? TokenOf(Caller caller) => caller switch
    {
        Caller.Anonymous => null,
        Caller.Operator => Operator,
        Caller.Owner => Owner,
        Caller.Stranger => Stranger,
        _ => throw new ArgumentOutOfRangeException(nameof(caller), caller, "Nobody prepared such a token."),
    };

    public static string TokenOf(HttpClient http) =>
        http.DefaultRequestHeaders.Authorization?.Parameter
            ?? throw new InvalidOperationException("Nobody is signed in.");

    /// <summary>The access token of an account that does not exist any more.</summary>
    public static async Task<string> DeletedUserAsync(RunningShop shop)
    {
        var gone = await shop.NewCustomerAsync();
        var answer = await gone.Http.SendAsync(
            HttpMethod.Delete, "/api/users/me", new { password = "a long walk on the beach" });
        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        return TokenOf(gone.Http);
    }
}
