using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Shop.Tests.Security;

/// <summary>An answer as an attacker sees it.</summary>
internal sealed partial class Answer(string verb, Uri address, HttpResponseMessage response, string body, TimeSpan took)
{
    private const int LargestProblem = 4096;

    public HttpStatusCode Status { get; } = response.StatusCode;

    public string Body => body;

    public TimeSpan Took => took;

    public string? ContentType { get; } = response.Content.Headers.ContentType?.ToString();

    /// <summary>
    /// Names and values, in order, without what differs by nature: the time, the names of traces, and how the body was
    /// cut.
    /// </summary>
    public string Headers { get; } = string.Join('\n', response.Headers.Concat(response.Content.Headers)
        .Where(
            header =>
                header.Key is not ("Date" or "traceparent" or "Content-Length" or "Transfer-Encoding")
                    && !header.Key.StartsWith("RateLimit", StringComparison.OrdinalIgnoreCase))
        .Select(header => $"{header.Key}: {string.Join(", ", header.Value)}").Order(StringComparer.Ordinal));

    public bool IsSuccess => (int)Status is >= 200 and < 300;

    /// <summary>The body without the id of its trace, which differs by nature.</summary>
    public string Anonymous => TraceId().Replace(body, "");

    public JsonNode Json => JsonNode.Parse(body) ?? throw new InvalidOperationException($"{this} is empty.");

    /// <summary>
    /// What is wrong with it, whatever the request was: a failure of ours, or a refusal that is no problem or tells too
    /// much.
    /// </summary>
    public string? Complaint()
    {
        if ((int)Status >= 500)
            return $"{this}";

        if ((int)Status < 400)
            return null;

        var flaw = ContentType is not ("application/problem+json" or "application/problem+json; charset=utf-8")
            ? $"is no problem but {ContentType}"
                : body.Length > LargestProblem ? "is too long"
                : !TraceId().IsMatch(body) ? "has no trace id"
                : Internals().Match(body) is { Success: true } internals ? $"tells of {internals.Value}"
                : null;
        return flaw is null ? null : $"{this} {flaw}";
    }

    public override string ToString() =>
        $"{verb} {Shortened(address.PathAndQuery)}: {(int)Status} {Shortened(body)}";

    private static string Shortened(string text) => text.Length <= 300 ? text : $"{text[..300]}…";

    [GeneratedRegex(@"(?:,\s*)?""traceId""\s*:\s*""[0-9a-f]{32}""")]
    private static partial Regex TraceId();

    [GeneratedRegex(
        @"   at \w+\.|Npgsql|PostgresException|Microsoft\.|System\.(Text|Net|Private|Invalid)|Shop\.(Orders|Users|Payments|Shipping|Gateway|ServiceDefaults)|\.cs:line|SELECT |INSERT |/bin/Debug|localhost:\d+|127\.0\.0\.1")]
    private static partial Regex Internals();
}
