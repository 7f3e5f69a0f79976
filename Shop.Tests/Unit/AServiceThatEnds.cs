using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Hosting;

namespace Shop.Tests.Unit;

public class AServiceThatEnds
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Serves_on_for_its_grace_but_is_not_ready_and_asks_to_leave_the_connection()
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
    public async Task Does_not_wait_on_a_developers_machine_when_nobody_asks_for_anything()
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
