namespace Shop.Load;

internal static class Clients
{
    /// <summary>How long a customer waits: what takes longer has failed.</summary>
    public static TimeSpan Patience { get; } = TimeSpan.FromSeconds(10);

    /// <summary>A client that keeps its connections for the whole run.</summary>
    public static HttpClient To(Uri address)
    {
#pragma warning disable RS0030 // One client for each run, for one address that never changes.
        return new(new SocketsHttpHandler { UseCookies = false, UseProxy = false, AllowAutoRedirect = false })
        {
            BaseAddress = address,
            Timeout = Patience,
        };
#pragma warning restore RS0030
    }
}
