namespace Microsoft.Extensions.Http.Resilience.Internal;

/// <summary>
/// How the requests of a client are spread over instances of its pipeline; without a key all share one.
/// </summary>
internal sealed class PipelineSelection
{
    public Func<HttpRequestMessage, string>? KeyOf { get; set; }

    public static string Authority(HttpRequestMessage request) =>
        request.RequestUri?.GetLeftPart(UriPartial.Authority)
        ?? throw new InvalidOperationException("A request without an address has no authority to select by.");
}
