using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;

namespace Shop.Tests.Security;

/// <summary>
/// Sends exactly what a test says: no cookies of its own, no redirects, no tidying of paths. Remembers every answer of
/// 5xx.
/// </summary>
internal sealed class Attacker : IDisposable
{
    private readonly ConcurrentQueue<double> _refusals = new();
    private int _answers;
    public const int LargestBody = 64 * 1024;

#pragma warning disable RS0030 // The clients of the factory keep cookies, follow redirects and try again.
    private readonly HttpClient _http = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        Expect100ContinueTimeout = TimeSpan.FromSeconds(10),
        RequestHeaderEncodingSelector = (_, _) => Encoding.UTF8,
        // Whether services trace what they get is theirs to decide (see Clients).
        ActivityHeadersPropagator = null,
    });
#pragma warning restore RS0030

    public ConcurrentQueue<string> Failures { get; } = new();

    /// <summary>The address as it stands: dot segments, double slashes and escapes are sent, not resolved.</summary>
    public static Uri Raw(Uri service, string path) =>
        new(
            $"{service.Scheme}://{service.Authority}{path}",
            new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });

    public async Task<Answer> SendAsync(
        Uri address, string verb, string? token = null, HttpContent? body = null,
        params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(new HttpMethod(verb), address) { Content = body };
        if (token is not null)
            request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {token}");

        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);

        // What is too large is refused before it is sent; else the refusal could get lost in a connection that breaks.
        request.Headers.ExpectContinue = body is not null && !(body.Headers.ContentLength <= LargestBody);
        var start = Stopwatch.GetTimestamp();
        using var response = await _http.SendAsync(
            request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        // A stream of events has no end.
        var text = response.Content.Headers.ContentType?.MediaType == "text/event-stream"
            ? ""
            : await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        var answer = new Answer(verb, address, response, text, Stopwatch.GetElapsedTime(start));
        Interlocked.Increment(ref _answers);
        if ((int)answer.Status >= 500)
            Failures.Enqueue($"{answer}");
        else if (answer.Status is HttpStatusCode.BadRequest
            or HttpStatusCode.UnsupportedMediaType
            or HttpStatusCode.Unauthorized)
            _refusals.Enqueue(answer.Took.TotalMilliseconds);

        return answer;
    }

    public static HttpContent Json(string body) => new StringContent(body, Encoding.UTF8, "application/json");

    public static HttpContent Json(byte[] body)
    {
        var content = new ByteArrayContent(body);
        content.Headers.TryAddWithoutValidation("Content-Type", "application/json");
        return content;
    }

    public string Report()
    {
        double[] sorted = [.. _refusals.Order()];
        return sorted is []
            ? $"{_answers} answers."
            : string.Create(
                CultureInfo.InvariantCulture,
                $"{_answers} answers; refusals take {sorted[sorted.Length / 2]:0.00} ms in the median, {sorted[sorted.Length * 99 / 100]:0.0} ms at the 99th percentile.");
    }

    public void Dispose() => _http.Dispose();
}
