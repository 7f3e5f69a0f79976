using Microsoft.AspNetCore.Http;

namespace Shop.ServiceDefaults;

/// <summary>Reads cookies as they were sent.</summary>
public static class CookieValues
{
    /// <summary>
    /// Every value that came under a name. The framework's own reading keeps the last of several, and which is last is
    /// up to whoever set them: two mean that somebody has planted one.
    /// </summary>
    /// <param name="request">What came.</param>
    /// <param name="name">The cookie's name.</param>
    public static IReadOnlyList<string> Cookies(this HttpRequest request, string name)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(name);
        return [.. from header in request.Headers.Cookie
                   from pair in (header ?? "").Split(';', StringSplitOptions.TrimEntries)
                   where pair.StartsWith(name, StringComparison.Ordinal)
                       && pair.AsSpan(name.Length).TrimStart() is ['=', ..]
                   select pair[(pair.IndexOf('=', StringComparison.Ordinal) + 1)..].Trim()];
    }
}
