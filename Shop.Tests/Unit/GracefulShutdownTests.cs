using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Hosting;

namespace Shop.Tests.Unit;

public class GracefulShutdownTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_service_that_stops_serves_for_its_grace_but_is_not_ready_and_closes_connections()
    {
        await using var service = await StartAsync("Production", grace: TimeSpan.FromSeconds(2));
        using var client = Clients.To(service.Address);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync(service.At("/health/ready"), Cancel)).StatusCode);

        var ending = service.StopAsync();

        Assert.Equal(
            HttpStatusCode.ServiceUnavailable, (await client.GetAsync(service.At("/health/ready"), Cancel)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync(service.At("/health/live"), Cancel)).StatusCode);
        var answer = await client.GetAsync(service.At("/"), Cancel);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.True(answer.Headers.ConnectionClose);

        await ending;
        await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync(service.At("/"), Cancel));
    }

    [Fact]
    public async Task A_service_without_requests_stops_at_once_in_Development()
    {
        await using var service = await StartAsync(
            "Development", grace: TimeSpan.FromSeconds(10), ("Shutdown:Quiet", "00:00:00.100"));

        await service.StopAsync().WaitAsync(TimeSpan.FromSeconds(5), Cancel);
    }

    private static Task<LocalServer> StartAsync(
        string environment, TimeSpan grace, params (string Key, string Value)[] settings) => LocalServer.Start(
        app =>
        {
            app.UseServiceDefaults();
            app.MapDefaultEndpoints();
            app.MapGet("/", () => "still here").AllowAnonymous();
        },
        builder =>
        {
            builder.Environment.EnvironmentName = environment;
            builder.Configuration["Shutdown:Grace"] = grace.ToString();
            foreach (var (key, value) in settings)
                builder.Configuration[key] = value;

            builder.AddServiceDefaults();
        });
}
