using System.Net;
using System.Net.Http.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Http.Resilience;
using Microsoft.Extensions.Options;
using Polly.RateLimiting;
using Polly.Timeout;

namespace Shop.Tests.StandIns;

public class AResilientClient
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Sends_a_GET_again_until_the_server_is_back()
    {
        var calls = 0;
        await using var server = await LocalServer.Start(app => app.MapGet("/", () => StatusOf(Interlocked.Increment(ref calls))));
        await using var clients = With(_ => { });

        using var response = await clients.Create("shop").GetAsync(server.Address, Cancel);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(3, calls);
    }

    [Fact]
    public async Task Gives_the_last_answer_when_the_server_stays_away()
    {
        var calls = 0;
        await using var server = await LocalServer.Start(app => app.MapGet("/", () => Answer(StatusCodes.Status503ServiceUnavailable, ref calls)));
        await using var clients = With(options => options.Retry.MaxRetryAttempts = 2);

        using var response = await clients.Create("shop").GetAsync(server.Address, Cancel);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Equal(3, calls);
    }

    [Fact]
    public async Task Takes_no_for_an_answer()
    {
        var calls = 0;
        await using var server = await LocalServer.Start(app => app.MapGet("/", () => Answer(StatusCodes.Status404NotFound, ref calls)));
        await using var clients = With(_ => { });

        using var response = await clients.Create("shop").GetAsync(server.Address, Cancel);

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Equal(1, calls);
    }

    [Fact]
    public async Task Sends_a_POST_again_with_its_whole_body_unless_told_otherwise()
    {
        var bodies = new List<string>();
        await using var server = await LocalServer.Start(app => app.MapPost("/", async (HttpRequest request) =>
        {
            using var reader = new StreamReader(request.Body);
            bodies.Add(await reader.ReadToEndAsync(request.HttpContext.RequestAborted));
            return StatusOf(bodies.Count);
        }));
        await using var clients = With(_ => { });

        using var response = await clients.Create("shop").PostAsJsonAsync(server.Address, "an order", Cancel);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(["\"an order\"", "\"an order\"", "\"an order\""], bodies);
    }

    [Fact]
    public async Task Sends_a_POST_once_and_a_GET_again_when_unsafe_methods_are_excluded()
    {
        int posts = 0, gets = 0;
        await using var server = await LocalServer.Start(app =>
        {
            app.MapPost("/", () => Answer(StatusCodes.Status503ServiceUnavailable, ref posts));
            app.MapGet("/", () => StatusOf(Interlocked.Increment(ref gets)));
        });
#pragma warning disable EXTEXP0001 // Experimental in the real package only; Shop relies on it, so it is tested.
        await using var clients = With(options => options.Retry.DisableForUnsafeHttpMethods());
#pragma warning restore EXTEXP0001

        using var posted = await clients.Create("shop").PostAsJsonAsync(server.Address, "an order", Cancel);
        using var got = await clients.Create("shop").GetAsync(server.Address, Cancel);

        Assert.Equal((HttpStatusCode.ServiceUnavailable, 1), (posted.StatusCode, posts));
        Assert.Equal((HttpStatusCode.OK, 3), (got.StatusCode, gets));
    }

    [Fact]
    public async Task Waits_as_long_as_the_server_asks_for()
    {
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        TimeSpan? wait = null;
        await using var server = await LocalServer.Start(app => app.MapGet("/", (HttpResponse response) =>
        {
            response.Headers.RetryAfter = "120";
            return Results.StatusCode(StatusCodes.Status429TooManyRequests);
        }));
        await using var clients = With(options => options.Retry.OnRetry = retry =>
        {
            wait = retry.RetryDelay;
            return new(enough.CancelAsync());
        });

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => clients.Create("shop").GetAsync(server.Address, enough.Token));

        Assert.Equal(TimeSpan.FromSeconds(120), wait);
    }

    [Fact]
    public async Task Gives_up_each_attempt_that_takes_too_long()
    {
        var again = 0;
        await using var server = await LocalServer.Start(app => app.MapGet("/", (CancellationToken gone) => Task.Delay(Timeout.Infinite, gone)));
        await using var clients = With(options =>
        {
            options.AttemptTimeout.Timeout = TimeSpan.FromMilliseconds(50);
            options.Retry.MaxRetryAttempts = 1;
            options.Retry.OnRetry = _ =>
            {
                again++;
                return default;
            };
        });
        using var client = clients.Create("shop");

        await Assert.ThrowsAsync<TimeoutRejectedException>(() => client.GetAsync(server.Address, Cancel));

        Assert.Equal(1, again);
        Assert.Equal(Timeout.InfiniteTimeSpan, client.Timeout);
    }

    [Fact]
    public async Task Refuses_what_is_more_than_it_may_send_at_once()
    {
        var arrived = new TaskCompletionSource();
        var leave = new TaskCompletionSource();
        await using var server = await LocalServer.Start(app => app.MapGet("/", async () =>
        {
            arrived.TrySetResult();
            await leave.Task;
        }));
        await using var clients = With(options => options.RateLimiter.DefaultRateLimiterOptions.PermitLimit = 1);

        var first = clients.Create("shop").GetAsync(server.Address, Cancel);
        await arrived.Task.WaitAsync(Cancel);
        await Assert.ThrowsAsync<RateLimiterRejectedException>(() => clients.Create("shop").GetAsync(server.Address, Cancel));
        leave.SetResult();

        using var response = await first;
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task Follows_a_change_of_its_settings()
    {
        var calls = 0;
        await using var server = await LocalServer.Start(app => app.MapGet("/", () => Answer(StatusCodes.Status503ServiceUnavailable, ref calls)));
        await using var clients = new LocalClients(
            (services, configuration) => services.AddHttpClient("shop").AddStandardResilienceHandler(configuration.GetSection("Calls")),
            new() { ["Calls:Retry:Delay"] = "00:00:00.001", ["Calls:Retry:MaxRetryAttempts"] = "1" });

        using var before = await clients.Create("shop").GetAsync(server.Address, Cancel);
        Assert.Equal(2, calls);

        clients.Change("Calls:Retry:MaxRetryAttempts", "3");
        using var after = await clients.Create("shop").GetAsync(server.Address, Cancel);
        Assert.Equal(2 + 4, calls);
    }

    [Fact]
    public async Task Cannot_be_made_with_times_that_contradict_each_other()
    {
        await using var clients = With(options => options.AttemptTimeout.Timeout = TimeSpan.FromSeconds(40));

        await Assert.ThrowsAsync<OptionsValidationException>(() => clients.Create("shop").GetAsync(new Uri("http://127.0.0.1:1"), Cancel));
    }

    private static LocalClients With(Action<HttpStandardResilienceOptions> configure) =>
        new(services => services.AddHttpClient("shop").AddStandardResilienceHandler(options =>
        {
            options.Retry.Delay = TimeSpan.FromMilliseconds(1);
            configure(options);
        }));

    private static IResult StatusOf(int call) => call < 3 ? Results.StatusCode(StatusCodes.Status503ServiceUnavailable) : Results.Ok();

    private static IResult Answer(int status, ref int calls)
    {
        Interlocked.Increment(ref calls);
        return Results.StatusCode(status);
    }
}
