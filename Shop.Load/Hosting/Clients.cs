namespace Shop.Load;

internal static class Clients
{
    /// <summary>
    /// A client that keeps its connections for the whole run. It waits ten seconds for an answer: what takes longer has
    /// failed for a customer.
    /// </summary>
    public static HttpClient To(Uri address)
    {
#pragma warning disable RS0030 // One client for each run, for one address that never changes.
        return new(new SocketsHttpHandler { UseCookies = false, UseProxy = false, AllowAutoRedirect = false })
        {
            BaseAddress = address,
            Timeout = TimeSpan.FromSeconds(10),
        };
#pragma warning restore RS0030
    }
}
