using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Shop.Tests.Security;

namespace Shop.Tests.Unit;

public class ClientsTests
{
    [Fact]
    public async Task Requests_of_tests_do_not_decide_whether_services_trace_them()
    {
        // As a host in the test process does whose sampler drops client spans that begin a trace.
        using var host = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "System.Net.Http",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.PropagationData,
        };
        ActivitySource.AddActivityListener(host);
        var seen = new ConcurrentQueue<string>();
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        await using var app = builder.Build();
        app.MapGet("/", (HttpContext context) => seen.Enqueue($"{context.Request.Headers.TraceParent}"));
        await app.StartAsync(TestContext.Current.CancellationToken);
        var address = new Uri(app.Urls.Single());

        using var client = Clients.To(address);
        using var ofOneTest = Clients.WithOwnConnectionsTo(address);
        using var attacker = new Attacker();
        (await client.GetAsync("/", TestContext.Current.CancellationToken)).EnsureSuccessStatusCode();
        (await ofOneTest.GetAsync("/", TestContext.Current.CancellationToken)).EnsureSuccessStatusCode();
        await attacker.SendAsync(Attacker.Raw(address, "/"), "GET");

        Assert.Equal(["", "", ""], seen);
    }
}
