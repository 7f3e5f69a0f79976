using System.Net;
using System.Net.Http.Json;
using System.Security.Claims;
using System.Text.Encodings.Web;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Shop.Messaging;
using Shop.ServiceDefaults;

namespace Shop.Tests.Messaging;

[Collection(nameof(Backends))]
public sealed class DeadLetterTests(Backends backends)
{
    private const string Letters = "/api/consumer/dead-letters";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Only_operators_list_replay_and_discard_dead_letters()
    {
        await using var modules = await TestModules.CreateAsync(backends);
        var producer = await modules.AddProducerAsync();
        var repaired = false;
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        modules.AddDatabase<ConsumerDb>(builder);
        builder.Configuration["consumer:Messaging:RetryDelays:0"] = "00:00:00.05";
        builder.AddMessaging<ConsumerDb>("consumer", events => events.On<ItemChanged>((message, db, context, _) =>
        {
            if (!Volatile.Read(ref repaired))
                throw new InvalidOperationException("It is broken.");

            db.Add(new Row { MessageId = context.MessageId, Item = message.Item, Number = message.Number });
            return Task.CompletedTask;
        }));
        builder.Services.AddProblemDetails();
        builder.Services.AddAuthentication("Stub")
            .AddScheme<AuthenticationSchemeOptions, HeaderRoleHandler>("Stub", null);
        builder.Services.AddAuthorizationBuilder()
            .AddPolicy(Policies.Operator, policy => policy.RequireRole(Roles.Operator));
        await using var consumer = builder.Build();
        consumer.UseAuthentication();
        consumer.UseAuthorization();
        consumer.MapDeadLetters<ConsumerDb>("/api/consumer");
        await consumer.StartAsync(Cancel);
        using var operators = Clients.To(consumer.Urls.Single());
        operators.DefaultRequestHeaders.Add("Role", Roles.Operator);

        await TestModules.PublishAsync(producer, ItemChanged.ForItems(3));
        await modules.AppendAsync("garbage");
        await Eventually.Equals(
            4L, () => modules.CountAsync("SELECT count(*) FROM consumer.dead_letters"), what: "Dead letters");

        using var customers = Clients.To(consumer.Urls.Single());
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(customers));
        customers.DefaultRequestHeaders.Add("Role", Roles.Customer);
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(customers));

        var first = await ListAsync(operators, $"{Letters}?limit=2");
        var second = await ListAsync(operators, $"{Letters}?limit=3&after={first["next"]}");
        var letters = first["items"]!.AsArray().Concat(second["items"]!.AsArray())
            .Select(letter => letter!.AsObject())
            .ToArray();
        Assert.Equal(4, letters.DistinctBy(letter => (string)letter["id"]!).Count());
        Assert.Null(second["next"]);
        var message = letters.First(letter => (string?)letter["type"] == ItemChanged.Type);
        Assert.Contains("It is broken.", (string)message["cause"]!, StringComparison.Ordinal);
        Assert.Equal((2, TestModules.Stream), ((int)message["attempts"]!, (string)message["stream"]!));
        var garbage = letters.Single(letter => letter["type"] is null);

        Assert.Equal(HttpStatusCode.Conflict, await ReplayAsync(operators, message));
        var again = (await ListAsync(operators, Letters))["items"]!.AsArray()
            .Single(letter => (string)letter!["id"]! == (string)message["id"]!);
        Assert.Equal(3, (int)again!["attempts"]!);
        Volatile.Write(ref repaired, true);
        Assert.Equal(HttpStatusCode.NoContent, await ReplayAsync(operators, message));
        Assert.Equal(HttpStatusCode.NotFound, await ReplayAsync(operators, message));
        Assert.Equal(1, await modules.CountRowsAsync());
        Assert.Equal(HttpStatusCode.UnprocessableEntity, await ReplayAsync(operators, garbage));
        Assert.Equal(HttpStatusCode.NoContent, await DiscardAsync(operators, garbage));
        Assert.Equal(HttpStatusCode.NotFound, await DiscardAsync(operators, garbage));
        Assert.Equal(2, await modules.CountAsync("SELECT count(*) FROM consumer.dead_letters"));
        await consumer.StopAsync(Cancel);
    }

    private static async Task<HttpStatusCode> StatusAsync(HttpClient http) =>
        (await http.GetAsync(new Uri(Letters, UriKind.Relative), Cancel)).StatusCode;

    private static async Task<JsonNode> ListAsync(HttpClient http, string path) =>
        (await http.GetFromJsonAsync<JsonNode>(new Uri(path, UriKind.Relative), Cancel))!;

    private static async Task<HttpStatusCode> ReplayAsync(HttpClient http, JsonObject letter) =>
        (await http.PostAsync(new Uri($"{Letters}/{letter["id"]}/replay", UriKind.Relative), null, Cancel)).StatusCode;

    private static async Task<HttpStatusCode> DiscardAsync(HttpClient http, JsonObject letter) =>
        (await http.DeleteAsync(new Uri($"{Letters}/{letter["id"]}", UriKind.Relative), Cancel)).StatusCode;

    private sealed class HeaderRoleHandler(
        IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder)
        : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
    {
        protected override Task<AuthenticateResult> HandleAuthenticateAsync()
        {
            if (Request.Headers["Role"] is not [{ } role])
                return Task.FromResult(AuthenticateResult.NoResult());

            var identity = new ClaimsIdentity([new(ClaimTypes.Role, role)], Scheme.Name);
            return Task.FromResult(AuthenticateResult.Success(new(new ClaimsPrincipal(identity), Scheme.Name)));
        }
    }
}
