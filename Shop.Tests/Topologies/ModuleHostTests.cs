using System.Net;
using System.Net.Http.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Shop.Monolith;
using Shop.ServiceDefaults;

namespace Shop.Tests.Topologies;

/// <summary>Hosts of modules in one process, and the connections between them.</summary>
public class ModuleHostTests
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_module_that_cannot_start_answers_503_and_the_others_work()
    {
        await using var process = await StartAsync(
            new("broken", _ => throw new InvalidOperationException("A setting is wrong."), _ => { }),
            new("well", _ => { }, routes => routes.MapGet("/here", () => "well").AllowAnonymous()));

        Assert.Equal("well", await process.GetAsync("well", "/here"));
        using var answer = await Eventually.Is(
            () => process.ClientOf("broken").GetAsync(new Uri("/anything", UriKind.Relative), Cancel),
            answer => answer.StatusCode == HttpStatusCode.ServiceUnavailable,
            what: "The answer for the module");

        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        Assert.NotNull(answer.Headers.RetryAfter);
    }

    [Fact]
    public async Task A_process_is_not_ready_before_its_modules_have_started()
    {
        var mayStart = new TaskCompletionSource();
        await using var process = await StartAsync(
            new Module(
                "slow",
                module => module.Services.AddSingleton<IHostedService>(new Waiting(mayStart.Task)),
                _ => { }));

        Assert.Equal(HealthStatus.Unhealthy, await process.HealthAsync());
        mayStart.SetResult();
        await process.ReadyAsync();
    }

    [Fact]
    public async Task Modules_share_neither_services_nor_settings()
    {
        await using var process = await StartAsync(Named("one"), Named("other"));

        Assert.Equal("one", await process.GetAsync("one", "/name"));
        Assert.Equal("other", await process.GetAsync("other", "/name"));

        static Module Named(string name) => new(
            name,
            module => module.Services.AddSingleton(name),
            routes => routes.MapGet("/name", ([FromServices] string ours) => ours).AllowAnonymous());
    }

    [Fact]
    public async Task A_module_calls_another_by_its_name_without_a_socket()
    {
        await using var process = await StartAsync(
            new(
                "caller",
                module => module.AddServiceClient("caller-called", "called"),
                routes => routes.MapGet("/call", (IHttpClientFactory clients) =>
                    clients.CreateClient("caller-called").GetStringAsync("/who")).AllowAnonymous()),
            new("called", _ => { }, routes => routes.MapGet("/who", (HttpContext context) =>
                $"{context.Request.Host} {context.Connection.RemoteIpAddress} {context.Connection.LocalPort}")
                .AllowAnonymous()));

        Assert.Equal("called 127.0.0.1 0", await process.GetAsync("caller", "/call"));
    }

    [Fact]
    public async Task Long_bodies_pass_both_ways_while_they_are_made()
    {
        await using var process = await StartAsync(
            new Module("echo", _ => { }, routes => routes.MapPost("/echo", async (HttpContext context) =>
            {
                context.Response.ContentType = "application/json";
                await context.Request.Body.CopyToAsync(context.Response.Body, Cancel);
            }).AllowAnonymous()));
        await process.ReadyAsync();
        // More than a pipe holds, less than a request may have.
        var sent = new string('x', 60_000);

        using var answer = await process.ClientOf("echo").PostAsJsonAsync("/echo", sent, Cancel);

        Assert.Equal(sent, await answer.Content.ReadFromJsonAsync<string>(Cancel));
    }

    [Fact]
    public async Task A_module_notices_that_its_caller_has_gone()
    {
        var (called, aborted) = (new TaskCompletionSource(), new TaskCompletionSource());
        await using var process = await StartAsync(
            new Module("patient", _ => { }, routes => routes.MapGet("/wait", async (HttpContext context) =>
            {
                context.RequestAborted.Register(aborted.SetResult);
                called.SetResult();
                await Task.Delay(Timeout.Infinite, context.RequestAborted);
            }).AllowAnonymous()));
        await process.ReadyAsync();
        using var gone = new CancellationTokenSource();
        var call = process.ClientOf("patient").GetAsync(new Uri("/wait", UriKind.Relative), gone.Token);
        await called.Task.WaitAsync(TimeSpan.FromSeconds(30), Cancel);

        await gone.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        await aborted.Task.WaitAsync(TimeSpan.FromSeconds(30), Cancel);
    }

    private static async Task<TestedProcess> StartAsync(params Module[] modules)
    {
        var builder = WebApplication.CreateBuilder(
            new WebApplicationOptions { EnvironmentName = Environments.Development });
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.AddModules(modules);
        builder.AddServiceDefaults();
        builder.Logging.ClearProviders();
        foreach (var module in modules)
            builder.AddServiceClient(module.Name, module.Name).WithoutRetries();

        var app = builder.Build();
        await app.StartAsync(Cancel);
        return new(app);
    }

    private sealed class TestedProcess(WebApplication app) : IAsyncDisposable
    {
        public async Task<HealthStatus> HealthAsync() =>
            (await app.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync(Cancel)).Status;

        public Task<HealthStatus> ReadyAsync() =>
            Eventually.Equals(HealthStatus.Healthy, HealthAsync, what: "The health");

        public HttpClient ClientOf(string module) =>
            app.Services.GetRequiredService<IHttpClientFactory>().CreateClient(module);

        public Task<string> GetAsync(string module, string path) => Eventually.Is(
            () => ClientOf(module).GetStringAsync(new Uri(path, UriKind.Relative), Cancel), _ => true);

        public async ValueTask DisposeAsync()
        {
            await app.StopAsync();
            await app.DisposeAsync();
        }
    }

    private sealed class Waiting(Task until) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken) => until.WaitAsync(cancellationToken);

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
