using System.Net;
using Microsoft.AspNetCore.Http.HttpResults;
using Shop.ServiceDefaults;

namespace Shop.Gateway.Storefront;

/// <summary>
/// The faults that an operator injects on the page "How this shop works". The AppHost carries them out and tells where
/// and with which key; without it, or outside of Development, there are no such routes.
/// </summary>
internal static class DevelopmentCommands
{
    private const string Section = "Development:Commands";
    private const string Client = "gateway-commands";
    private const string KeyHeader = "X-Command-Key";
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(5);

    /// <summary>The AppHost waits a minute until a service has stopped or started.</summary>
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(75);

    /// <summary>The list is in its memory, so it is slow only if it hangs.</summary>
    private static readonly TimeSpan ListTimeout = TimeSpan.FromSeconds(5);

    /// <param name="Items">What there is to break.</param>
    public sealed record Commands(IReadOnlyList<CommandState> Items);

    /// <param name="Resource">Whom it is given to.</param>
    /// <param name="Command">Its name.</param>
    /// <param name="Enabled">Whether it can be given now: what has stopped can't be stopped.</param>
    public sealed record CommandState(string Resource, string Command, bool Enabled);

    /// <param name="Message">What happened, as a sentence.</param>
    public sealed record Outcome(string? Message);

    public static bool Exist(IConfiguration configuration, IHostEnvironment environment) =>
        environment.IsDevelopment() && configuration[$"{Section}:Address"] is { Length: > 0 };

    public static void AddDevelopmentCommands(this IHostApplicationBuilder builder)
    {
        if (!Exist(builder.Configuration, builder.Environment))
            return;

        var settings = builder.Configuration.GetSection(Section);
        var address = new Uri(settings["Address"]!);
        builder.Services.AddHttpClient(Client, client =>
            {
                client.BaseAddress = address;
                client.DefaultRequestHeaders.Add(KeyHeader, settings["Key"]);
            })
            .RedactLoggedHeaders([KeyHeader])
            // A command that has not been answered may have been carried out.
            .WithoutRetries();
    }

    public static void MapDevelopmentCommands(this IEndpointRouteBuilder app)
    {
        var services = app.ServiceProvider;
        if (!Exist(
            services.GetRequiredService<IConfiguration>(), services.GetRequiredService<IHostEnvironment>()))
            return;

        var commands = app.MapGroup("/api/development/commands")
            .RequireAuthorization(Policies.Operator)
            .ExcludeFromDescription();
        commands.MapGet("", ListAsync);
        commands.MapPost("/{resource}/{command}", ExecuteAsync);
    }

    private static Task<Results<Ok<Commands>, ProblemHttpResult>> ListAsync(
        IHttpClientFactory clients, CancellationToken cancel) =>
        AskAsync<Commands>(clients, HttpMethod.Get, "/", ListTimeout, cancel);

    private static Task<Results<Ok<Outcome>, ProblemHttpResult>> ExecuteAsync(
        string resource, string command, IHttpClientFactory clients, CancellationToken cancel) =>
        AskAsync<Outcome>(
            clients,
            HttpMethod.Post,
            $"/{Uri.EscapeDataString(resource)}/{Uri.EscapeDataString(command)}",
            Timeout,
            cancel);

    private static async Task<Results<Ok<TAnswer>, ProblemHttpResult>> AskAsync<TAnswer>(
        IHttpClientFactory clients, HttpMethod method, string path, TimeSpan timeout, CancellationToken cancel)
    {
        try
        {
            using var client = clients.CreateClient(Client);
            client.Timeout = timeout;
            using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative));
            using var answer = await client.SendAsync(request, cancel);
            switch (answer.StatusCode)
            {
                case HttpStatusCode.OK:
                    return TypedResults.Ok((await answer.Content.ReadFromJsonAsync<TAnswer>(cancel))!);
                case HttpStatusCode.Conflict:
                    var outcome = await answer.Content.ReadFromJsonAsync<Outcome>(cancel);
                    return Problem.Conflict(outcome?.Message ?? "The command failed.");
                case HttpStatusCode.NotFound:
                    return Problem.NotFound("There is no such command.");
                default:
                    return Problem.Unavailable(
                        $"The AppHost answered {(int)answer.StatusCode}. Is it the one that has started this gateway?",
                        RetryAfter);
            }
        }
        catch (Exception failure) when (!cancel.IsCancellationRequested
            && failure is HttpRequestException or OperationCanceledException or System.Text.Json.JsonException)
        {
            return Problem.Unavailable("The AppHost does not answer.", RetryAfter);
        }
    }
}
