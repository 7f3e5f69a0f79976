using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Shop.Tests.Security;

/// <summary>What the caller learns when we are at fault: that we are, and by which number we find it again.</summary>
public class ErrorLeakageTests
{
    private const string Secret = "Host=db.internal;Password=canary";

    public static TheoryData<string> Environments => ["Development", "Production"];

    [Theory, Trait("Checklist", "X")]
    [MemberData(nameof(Environments))]
    public async Task An_unexpected_error_tells_a_trace_id_and_nothing_else(string environment)
    {
        await using var service = await StartAsync(environment);
        using var attacker = new Attacker();

        var answer = await attacker.SendAsync(
            Attacker.Raw(new(service.Urls.Single()), "/throws"), "GET", headers: ("Accept", "text/html"));

        Assert.Equal(HttpStatusCode.InternalServerError, answer.Status);
        Assert.StartsWith("application/problem+json", answer.ContentType, StringComparison.Ordinal);
        Assert.Equal(
            ["detail", "status", "title", "traceId", "type"],
            answer.Json.AsObject().Select(member => member.Key).Order());
        Assert.Equal("Something went wrong on our side.", (string?)answer.Json["detail"]);
        Assert.DoesNotContain("canary", answer.Body + answer.Headers, StringComparison.Ordinal);
        Assert.DoesNotContain(nameof(ErrorLeakageTests), answer.Body + answer.Headers, StringComparison.Ordinal);
    }

    [Theory, Trait("Checklist", "X")]
    [InlineData("/timeout")]
    [InlineData("/unreachable")]
    public async Task An_unavailable_dependency_tells_only_that_it_is_unavailable(string path)
    {
        await using var service = await StartAsync("Development");
        using var attacker = new Attacker();

        var answer = await attacker.SendAsync(Attacker.Raw(new(service.Urls.Single()), path), "GET");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.Status);
        Assert.Contains("Retry-After", answer.Headers, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", answer.Body + answer.Headers, StringComparison.Ordinal);
    }

    /// <summary>A handler without any word about who may use it is for nobody who has not signed in.</summary>
    [Fact, Trait("Checklist", "B9")]
    public async Task A_route_without_a_policy_is_closed()
    {
        await using var service = await StartAsync("Production");
        using var attacker = new Attacker();

        var answer = await attacker.SendAsync(Attacker.Raw(new(service.Urls.Single()), "/forgotten"), "GET");

        Assert.Equal(HttpStatusCode.Unauthorized, answer.Status);
        Assert.Null(answer.Complaint());
    }

    private static async Task<WebApplication> StartAsync(string environment)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = environment });
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.AddServiceDefaults();
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.UseServiceDefaults();
        app.MapGet("/throws", string () => throw new InvalidOperationException(Secret)).AllowAnonymous();
        app.MapGet("/timeout", string () => throw new TimeoutException(Secret)).AllowAnonymous();
        app.MapGet("/unreachable", string () => throw new HttpRequestException(Secret)).AllowAnonymous();
        app.MapGet("/forgotten", () => Secret);
        await app.StartAsync(TestContext.Current.CancellationToken);
        return app;
    }
}
