using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using Shop.ServiceDefaults;

namespace Shop.Orders.Cart;

/// <summary>
/// Whose cart a request is about: the customer's, or that of whoever holds the cookie. The cookie is a secret of 256 bits
/// and nothing else; scripts can't read it and other sites can't send it with a change. Its value is always ours
/// (<see cref="Carts.WriteAsync"/>), and over https no sister domain and nobody on the way can plant it: what somebody else
/// put in would be in the customer's cart after signing in.
/// </summary>
/// <param name="Key">Where the cart is kept; null for somebody who has none yet.</param>
/// <param name="PutAside">Where the cart of the same browser is kept from before its owner signed in.</param>
/// <param name="IsGuest">Whether nothing but the cookie says whose it is.</param>
internal sealed record CartOwner(string? Key, string? PutAside, bool IsGuest)
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
        // Of two, one was planted, and nothing tells which.
        var anonymous = context.Request.Cookies(NameFor(context.Request)) is [var cookie]
            && cookie.Length == SecretLength && !cookie.AsSpan().ContainsAnyExcept(Letters) ? $"shop:cart:{cookie}" : null;
        return await CurrentUser.BindAsync(context) is { } user
            ? Of(user.Id) with { PutAside = anonymous }
            : new(anonymous, null, IsGuest: true);
    }

    /// <summary>A customer, whatever browser they use.</summary>
    public static CartOwner Of(Guid customer) => new($"shop:cart:customer:{customer}", null, IsGuest: false);

    /// <summary>Somebody new, who is told by a cookie.</summary>
    public static CartOwner Welcome(HttpContext context)
    {
        var secret = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(SecretBytes));
        context.Response.Cookies.Append(NameFor(context.Request), secret, Options(context.Request));
        return new($"shop:cart:{secret}", null, IsGuest: true);
    }

    /// <summary>Has the browser forget a cart that now belongs to a customer.</summary>
    public void ForgetPutAside(HttpContext context)
    {
        if (PutAside is not null)
            context.Response.Cookies.Delete(NameFor(context.Request), Options(context.Request));
    }

    /// <summary>
    /// A token that is no longer valid is refused rather than ignored: the caller would see an empty cart instead of
    /// learning that it must sign in again.
    /// </summary>
    public static ValueTask<object?> RefuseInvalidToken(EndpointFilterInvocationContext invocation, EndpointFilterDelegate next)
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
