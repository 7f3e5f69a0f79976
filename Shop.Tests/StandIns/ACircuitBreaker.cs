using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Http.Resilience;
using Polly;
using Polly.CircuitBreaker;

namespace Shop.Tests.StandIns;

public class ACircuitBreaker
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Spares_a_server_that_fails_and_no_other()
    {
        var calls = 0;
        await using var failing = await Failing(() => Interlocked.Increment(ref calls));
        await using var sound = await LocalServer.Saying("fine");
        await using var clients = ByAuthority();

        await Open(clients, failing);
        await Assert.ThrowsAsync<BrokenCircuitException>(() => clients.Create("shop").GetAsync(failing.Address, Cancel));

        Assert.Equal(2, calls);
        Assert.Equal("fine", await clients.Create("shop").GetStringAsync(sound.Address, Cancel));
    }

    [Fact]
    public async Task Stays_open_for_every_path_of_the_server()
    {
        await using var failing = await Failing(() => { });
        await using var clients = ByAuthority();

        await Open(clients, failing);

        await Assert.ThrowsAsync<BrokenCircuitException>(() => clients.Create("shop").GetAsync(failing.At("/sound"), Cancel));
    }

    [Fact]
    public async Task Lets_requests_through_again_after_its_break()
    {
        await using var failing = await Failing(() => { });
        await using var clients = ByAuthority();

        await Open(clients, failing);

        await Eventually.Equals("fine", () => clients.Create("shop").GetStringAsync(failing.At("/sound"), Cancel), what: "The circuit's closing");
    }

    private static async Task Open(LocalClients clients, LocalServer server)
    {
        for (var i = 0; i < 2; i++)
        {
            using var response = await clients.Create("shop").GetAsync(server.Address, Cancel);
            Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        }
    }

    private static Task<LocalServer> Failing(Action called) => LocalServer.Start(app =>
    {
        app.MapGet("/sound", () => "fine");
        app.MapGet("/", () =>
        {
            called();
            return Results.StatusCode(StatusCodes.Status500InternalServerError);
        });
    });

    // Two failures open it, for the shortest break there is; nothing is retried, so every call counts once.
    private static LocalClients ByAuthority() => new(services => services.AddHttpClient("shop")
        .AddStandardResilienceHandler(options =>
        {
            options.Retry.ShouldHandle = _ => PredicateResult.False();
            options.CircuitBreaker.MinimumThroughput = 2;
            options.CircuitBreaker.BreakDuration = TimeSpan.FromMilliseconds(500);
        })
        .SelectPipelineByAuthority());
}
