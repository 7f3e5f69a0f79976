using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using Shop.ServiceDefaults;

namespace Shop.Orders.Cart;

/// <summary>
/// Whose cart a request is about: the customer's, or that of the guest who sends the cookie. The cookie is a secret of
/// 256 bits and nothing else; scripts can't read it and other sites can't send it with a change. We alone choose its
/// value (<see cref="Carts.WriteAsync"/>), and over https no sibling domain and nobody on the network can set it:
/// otherwise what they put in would be in the customer's cart after signing in.
/// </summary>
/// <param name="Key">Where the cart is kept; null for a guest who has none yet.</param>
/// <param name="GuestCart">Where the cart is kept that the browser had before the customer signed in.</param>
/// <param name="IsGuest">Whether only the cookie says whose cart it is.</param>
internal sealed record CartOwner(string? Key, string? GuestCart, bool IsGuest)
{
    private const string Cookie = "shop-cart";
    private const string SecureCookie = $"__Host-{Cookie}";
    private const string Path = "/api/cart";
    private const int SecretBytes = 32;
    private static readonly int SecretLength = Base64Url.GetEncodedLength(SecretBytes);
    private static readonly SearchValues<char> Letters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");

    public static async ValueTask<CartOwner> BindAsync(HttpContext context)
    {
        // Of two cookies, one is an attacker's, and nothing tells which.
        var guest = context.Request.Cookies(NameFor(context.Request)) is [var cookie]
            && cookie.Length == SecretLength && !cookie.AsSpan().ContainsAnyExcept(Letters)
                ? $"shop:cart:{cookie}"
                : null;
        return await CurrentUser.BindAsync(context) is { } user
            ? Of(user.Id) with { GuestCart = guest }
            : new(guest, null, IsGuest: true);
    }

    /// <summary>A customer, whatever browser they use.</summary>
    public static CartOwner Of(Guid customer) => new($"shop:cart:customer:{customer}", null, IsGuest: false);

    /// <summary>A new guest, whose response sets the cookie.</summary>
    public static CartOwner CreateGuest(HttpContext context)
    {
        var secret = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(SecretBytes));
        context.Response.Cookies.Append(NameFor(context.Request), secret, Options(context.Request));
        return new($"shop:cart:{secret}", null, IsGuest: true);
    }

    /// <summary>Has the browser forget a cart that now belongs to a customer.</summary>
    public void ForgetGuestCart(HttpContext context)
    {
        if (GuestCart is not null)
            context.Response.Cookies.Delete(NameFor(context.Request), Options(context.Request));
    }

    /// <summary>
    /// A token that is no longer valid is refused rather than ignored: the caller would see an empty cart instead of
    /// learning that it must sign in again.
    /// </summary>
    public static ValueTask<object?> RefuseInvalidToken(
        EndpointFilterInvocationContext invocation, EndpointFilterDelegate next)
    {
        var http = invocation.HttpContext;
        http.Response.Headers.CacheControl = "private, no-store";
        if (http.Request.Headers.Authorization.Count == 0 || http.User.Identity is { IsAuthenticated: true })
            return next(invocation);

        http.Response.Headers.WWWAuthenticate = "Bearer error=\"invalid_token\"";
        return new(Problem.Unauthorized("The token is not valid. Sign in again, or send none."));
    }

    private static string NameFor(HttpRequest request) => request.IsHttps ? SecureCookie : Cookie;

    private static CookieOptions Options(HttpRequest request) => new()
    {
        HttpOnly = true,
        SameSite = SameSiteMode.Lax,
        Secure = request.IsHttps,
        // As the prefix of the name over https demands.
        Path = request.IsHttps ? "/" : Path,
        MaxAge = Carts.Life,
        IsEssential = true,
    };
}
