using System.Net;
using Shop.Tests.Distributed;

namespace Shop.Tests.Security;

/// <summary>What attacks need to have something to attack.</summary>
/// <param name="Owner">The access token of the customer whose order it is.</param>
/// <param name="Stranger">The access token of another customer.</param>
/// <param name="Operator">The access token of an operator.</param>
/// <param name="Product">Of which there is plenty.</param>
/// <param name="Order">Paid for, delivered, and expensive enough for many refunds.</param>
internal sealed record Targets(string Owner, string Stranger, string Operator, Guid Product, Guid Order)
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
        return new(TokenOf(owner.Http), TokenOf(stranger.Http), TokenOf(asOperator), product, order);
    }

    public string? TokenOf(Caller caller) => caller switch
    {
        Caller.Anonymous => null,
        Caller.Operator => Operator,
        Caller.Owner => Owner,
        Caller.Stranger => Stranger,
        _ => throw new ArgumentOutOfRangeException(nameof(caller), caller, "Nobody prepared such a token."),
    };

    public static string TokenOf(HttpClient http) =>
        http.DefaultRequestHeaders.Authorization?.Parameter ?? throw new InvalidOperationException("Nobody is signed in.");

    /// <summary>The access token of an account that does not exist any more.</summary>
    public static async Task<string> DeletedUserAsync(RunningShop shop)
    {
        var gone = await shop.NewCustomerAsync();
        var answer = await gone.Http.DeleteAsync(new Uri("/api/users/me", UriKind.Relative), TestContext.Current.CancellationToken);
        if (answer.StatusCode != HttpStatusCode.NoContent)
            await shop.RowsAsync("usersdb", "DELETE FROM users.accounts WHERE id = $1", row => row.FieldCount, gone.Id);

        return TokenOf(gone.Http);
    }
}
