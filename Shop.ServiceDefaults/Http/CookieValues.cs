using Microsoft.AspNetCore.Http;

namespace Shop.ServiceDefaults;

/// <summary>Reads cookies exactly as they were sent.</summary>
public static class CookieValues
{
    /// <summary>
    /// Every value that was sent under a name. The framework keeps only the last of several, and an attacker who can
    /// set a cookie can decide which one is last: two values mean that one was planted.
    /// </summary>
    /// <param name="request">The request.</param>
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
