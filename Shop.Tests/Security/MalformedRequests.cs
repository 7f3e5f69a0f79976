using System.Net;
using Aspire.Hosting.Testing;
using Shop.Tests.Distributed;

namespace Shop.Tests.Security;

internal static class MalformedRequests
{
    /// <summary>Where a resource listens, for raw sockets.</summary>
    public static int PortOf(this RunningShop shop, string resource) => shop.App.GetEndpoint(resource, "http").Port;

    /// <summary>
    /// A refusal as this house makes all of them: a small problem with a trace id that says nothing of our inside.
    /// </summary>
    public static async Task IsProblemAsync(this HttpResponseMessage answer, HttpStatusCode expected, string what = "")
    {
        var body = await answer.Content.ReadAsStringAsync();
        Assert.True(
            answer.StatusCode == expected, $"{what}: {(int)answer.StatusCode} instead of {(int)expected}: {body}");
        IsProblem((int)expected, $"Content-Type: {answer.Content.Headers.ContentType}", body, what);
        IsGuarded(answer);
    }

    public static void IsProblem(this RawHttp.Answer answer, int expected, string what = "")
    {
        Assert.True(answer.Status == expected, $"{what}: {answer}");
        IsProblem(expected, answer.Text, answer.Body, what);
    }

    /// <summary>The headers that every answer has, and those that none has.</summary>
    public static void IsGuarded(this HttpResponseMessage answer)
    {
        Assert.Equal("nosniff", Assert.Single(answer.Headers.GetValues("X-Content-Type-Options")));
        Assert.Equal("DENY", Assert.Single(answer.Headers.GetValues("X-Frame-Options")));
        Assert.Equal("no-referrer", Assert.Single(answer.Headers.GetValues("Referrer-Policy")));
        Assert.Contains(
            "frame-ancestors 'none'",
            Assert.Single(answer.Headers.GetValues("Content-Security-Policy")),
            StringComparison.Ordinal);
        Assert.NotNull(answer.Headers.CacheControl);
        if ((int)answer.StatusCode >= 400)
            Assert.True(answer.Headers.CacheControl.NoStore);

        Assert.DoesNotContain(answer.Headers, header => header.Key is "Server" or "X-Powered-By" or "X-AspNet-Version");
    }

    private static void IsProblem(int status, string head, string body, string what)
    {
        Assert.True(head.Contains("application/problem+json", StringComparison.Ordinal), $"{what}: {head} {body}");
        Assert.InRange(body.Length, 2, 4096);
        Assert.Matches("\"traceId\":\"[0-9a-f]{32}\"", body);
        Assert.DoesNotContain("\"traceId\":\"00000000000000000000000000000000\"", body, StringComparison.Ordinal);
        Assert.Contains($"\"status\":{status}", body, StringComparison.Ordinal);
        foreach (var inside in new[]
        {
            "   at ",
            "Shop.",
            "System.",
            "Npgsql",
            "Yarp",
            "SELECT ",
            "127.0.0.1",
            "localhost:",
            "/work/",
            ".cs",
        })
            Assert.DoesNotContain(inside, body, StringComparison.Ordinal);
    }
}
