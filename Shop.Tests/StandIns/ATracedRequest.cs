using System.Diagnostics;
using System.Net;
using Microsoft.AspNetCore.Builder;

namespace Shop.Tests.StandIns;

public class ATracedRequest
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Is_one_trace_across_two_applications()
    {
        using var trace = new Trace();
        await using var back = await LocalServer.Start(app => app.MapGet("/items/{id}", (int id) => $"item {id}"), builder => builder.Trace(trace));
        await using var front = await LocalServer.Start(
            app => app.MapGet("/page", (IHttpClientFactory clients) => clients.CreateClient().GetStringAsync(back.At("/items/7"), Cancel)),
            builder => builder.Trace(trace));

        await Get(front.At("/page"));

        var spans = await trace.SpansWith("GET /page", "GET /items/{id}");
        var page = spans.Single(span => span.DisplayName == "GET /page");
        var item = spans.Single(span => span.DisplayName == "GET /items/{id}");
        var call = spans.Single(span => span.SpanId == item.ParentSpanId);
        Assert.Equal(page.SpanId, call.ParentSpanId);
        Assert.Equal((ActivityKind.Server, ActivityKind.Client, ActivityKind.Server), (page.Kind, call.Kind, item.Kind));
    }

    [Fact]
    public async Task Says_what_was_asked_and_what_came_of_it()
    {
        using var trace = new Trace();
        await using var server = await LocalServer.Start(app => app.MapGet("/items/{id}", (int id) => $"item {id}"), builder => builder.Trace(trace));

        await Get(server.At("/items/7"));

        var span = (await trace.SpansWith("GET /items/{id}")).Single(span => span.Kind == ActivityKind.Server);
        Assert.Equal("GET", span.GetTagItem("http.request.method"));
        Assert.Equal("/items/{id}", span.GetTagItem("http.route"));
        Assert.Equal("/items/7", span.GetTagItem("url.path"));
        Assert.Equal(200, span.GetTagItem("http.response.status_code"));
        Assert.Equal(ActivityStatusCode.Unset, span.Status);
    }

    [Fact]
    public async Task Keeps_the_values_of_its_query_to_itself()
    {
        using var trace = new Trace();
        await using var back = await LocalServer.Start(app => app.MapGet("/items", () => "items"), builder => builder.Trace(trace));
        await using var front = await LocalServer.Start(
            app => app.MapGet("/page", (IHttpClientFactory clients) => clients.CreateClient().GetStringAsync(back.At("/items?token=geheim"), Cancel)),
            builder => builder.Trace(trace));

        await Get(front.At("/page?password=hunter2&name=a=geheim"));

        var spans = await trace.SpansWith("GET /page", "GET /items");
        var tags = spans.SelectMany(span => span.TagObjects).Select(tag => $"{tag.Key}={tag.Value}").ToArray();
        Assert.Contains(tags, tag => tag.StartsWith("url.query=", StringComparison.Ordinal));
        Assert.DoesNotContain(tags, tag => tag.Contains("hunter2", StringComparison.Ordinal) || tag.Contains("geheim", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Is_left_out_with_all_below_it_when_the_filter_says_so()
    {
        using var trace = new Trace();
        await using var back = await LocalServer.Start(app => app.MapGet("/probed", () => "fine"), Unwatched);
        await using var front = await LocalServer.Start(
            app =>
            {
                app.MapGet("/health", (IHttpClientFactory clients) => clients.CreateClient().GetStringAsync(back.At("/probed"), Cancel));
                app.MapGet("/page", () => "page");
            },
            Unwatched);

        await Get(front.At("/health"));
        await Get(front.At("/page"));

        // The test's own call stands above the server and is therefore no part of what is left out.
        var spans = await trace.SpansWith("GET /page");
        Assert.DoesNotContain(spans, span => span.GetTagItem("url.path") is "/health" or "/probed");
        Assert.DoesNotContain(spans, span => span.GetTagItem("url.full") is string url && url.EndsWith("/probed", StringComparison.Ordinal));

        void Unwatched(WebApplicationBuilder builder) =>
            builder.Trace(trace, incoming => incoming.Filter = context => !context.Request.Path.StartsWithSegments("/health"));
    }

    [Fact]
    public async Task Leaves_out_the_calls_that_their_own_filter_names()
    {
        using var trace = new Trace();
        await using var server = await LocalServer.Start(
            app =>
            {
                app.MapGet("/quiet", () => "quiet");
                app.MapGet("/loud", () => "loud");
            },
            builder => builder.Trace(trace, outgoing: calls => calls.FilterHttpRequestMessage = request => request.RequestUri!.AbsolutePath != "/quiet"));

        await Get(server.At("/quiet"));
        await Get(server.At("/loud"));

        var calls = (await trace.SpansWith("GET /loud")).Where(span => span.Kind == ActivityKind.Client);
        Assert.Equal(server.At("/loud").ToString(), Assert.Single(calls).GetTagItem("url.full"));
    }

    [Fact]
    public async Task Is_an_error_when_its_handler_throws()
    {
        using var trace = new Trace();
        await using var server = await LocalServer.Start(
            app => app.MapGet("/boom/{id}", (int id) => id == 13 ? throw new FormatException("thirteen") : "fine"),
            builder => builder.Trace(trace, incoming => incoming.RecordException = true));

        await Get(server.At("/boom/13"), HttpStatusCode.InternalServerError);

        var span = (await trace.SpansWith("GET /boom/{id}")).Single(span => span.Kind == ActivityKind.Server);
        Assert.Equal(ActivityStatusCode.Error, span.Status);
        Assert.Equal(typeof(FormatException).FullName, span.GetTagItem("error.type"));
        Assert.Contains(span.Events, happened => happened.Name == "exception");
    }

    [Fact]
    public async Task Takes_what_the_application_adds_and_survives_what_it_throws()
    {
        using var trace = new Trace();
        await using var server = await LocalServer.Start(
            app => app.MapGet("/", () => "fine"),
            builder => builder.Trace(
                trace,
                incoming =>
                {
                    incoming.EnrichWithHttpRequest = (span, _) => span.SetTag("shop.asked", true);
                    incoming.EnrichWithHttpResponse = (_, _) => throw new InvalidOperationException("The enrichment is broken.");
                },
                calls => calls.EnrichWithHttpResponseMessage = (span, response) => span.SetTag("shop.answer", (int)response.StatusCode)));

        await Get(server.Address);

        var spans = await trace.SpansWith("GET /");
        Assert.Contains(spans, span => span.Kind == ActivityKind.Server && span.GetTagItem("shop.asked") is true);
        Assert.Contains(spans, span => span.Kind == ActivityKind.Client && span.GetTagItem("shop.answer") is 200);
    }

    private static async Task Get(Uri address, HttpStatusCode expected = HttpStatusCode.OK)
    {
        await using var clients = new LocalClients(_ => { });
        using var response = await clients.Create().GetAsync(address, Cancel);
        Assert.Equal(expected, response.StatusCode);
    }
}
