using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Hosting;

namespace Shop.Tests.Security;

/// <summary>The commands of Development are nowhere else, whatever is configured.</summary>
public class DevelopmentCommandTests
{
    private const string Setting = "Development:Commands:Address=http://127.0.0.1:9";
    private const string Key = "Development:Commands:Key=any";

    /// <summary>Shorter than what the gateway waits for a command that is carried out.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData("Production", Setting, Key)]
    [InlineData("Staging", Setting, Key)]
    [InlineData("Development")]
    public async Task Without_the_app_host_of_a_developer_there_is_no_such_route(
        string environment, params string[] settings)
    {
        await using var gateway = await GatewayHost.StartAsync(environment, settings);
        var token = GatewayHost.TokenOf(Guid.CreateVersion7(), "operator");

        foreach (var (method, path) in new[]
        {
            (HttpMethod.Get, "/api/development/commands"), (HttpMethod.Post, "/api/development/commands/redis/stop"),
        })
        {
            await (await gateway.SendAsync(method, path, token)).IsProblemAsync(HttpStatusCode.NotFound, path);
            // Whoever isn't signed in is asked to, as on every path that does not exist.
            await (await gateway.SendAsync(method, path)).IsProblemAsync(
                (await gateway.SendAsync(method, "/api/nothing")).StatusCode, path);
        }

        var page = await (await gateway.SendAsync(HttpMethod.Get, "/how-it-works"))
            .Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Contains("data-commands=\"no\"", page, StringComparison.Ordinal);
        Assert.Empty(gateway.Behind);
    }

    [Fact]
    public async Task An_app_host_that_does_not_answer_is_a_problem_that_says_so()
    {
        // The discard port: nobody listens there.
        await using var gateway = await GatewayHost.StartAsync(Environments.Development, [Setting, Key]);
        var token = GatewayHost.TokenOf(Guid.CreateVersion7(), "operator");

        foreach (var (method, path) in new[]
        {
            (HttpMethod.Get, "/api/development/commands"), (HttpMethod.Post, "/api/development/commands/redis/stop"),
        })
        {
            var answer = await gateway.SendAsync(method, path, token);
            await answer.IsProblemAsync(HttpStatusCode.ServiceUnavailable, path);
            Assert.Contains(
                "The AppHost does not answer.",
                await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken),
                StringComparison.Ordinal);
            await (await gateway.SendAsync(method, path)).IsProblemAsync(HttpStatusCode.Unauthorized, path);
            await (await gateway.SendAsync(method, path, GatewayHost.TokenOf(Guid.CreateVersion7())))
                .IsProblemAsync(HttpStatusCode.Forbidden, path);
        }
    }

    /// <summary>A command takes as long as it takes; the list is quick to make, so nobody should wait for it.</summary>
    [Fact]
    public async Task A_list_from_an_app_host_that_hangs_is_given_up_soon()
    {
        // It takes every connection and says nothing.
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        await using var gateway = await GatewayHost.StartAsync(
            Environments.Development, [$"Development:Commands:Address=http://{silent.LocalEndpoint}", Key]);

        var answer = await gateway
            .SendAsync(
                HttpMethod.Get, "/api/development/commands", GatewayHost.TokenOf(Guid.CreateVersion7(), "operator"))
            .WaitAsync(LongestWait, TestContext.Current.CancellationToken);

        await answer.IsProblemAsync(HttpStatusCode.ServiceUnavailable, "The list of an AppHost that hangs");
        Assert.Contains(
            "The AppHost does not answer.",
            await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken),
            StringComparison.Ordinal);
    }
}
