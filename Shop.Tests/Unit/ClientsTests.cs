using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
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
        await using var server = await LocalServer.Start(app =>
            app.MapGet("/", (HttpContext context) => seen.Enqueue($"{context.Request.Headers.TraceParent}")));

        using var client = Clients.To(server.Address);
        using var ofOneTest = Clients.WithOwnConnectionsTo(server.Address);
        using var attacker = new Attacker();
        (await client.GetAsync("/", TestContext.Current.CancellationToken)).EnsureSuccessStatusCode();
        (await ofOneTest.GetAsync("/", TestContext.Current.CancellationToken)).EnsureSuccessStatusCode();
        await attacker.SendAsync(Attacker.Raw(server.Address, "/"), "GET");

        Assert.Equal(["", "", ""], seen);
    }
}
