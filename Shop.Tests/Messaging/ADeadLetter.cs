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
public sealed class ADeadLetter(Backends backends)
{
    private const string Letters = "/api/kitchen/dead-letters";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Is_listed_replayed_and_discarded_by_operators_only()
    {
        await using var restaurant = await Restaurant.OpenAsync(backends);
        var till = await restaurant.AddTillAsync();
        var repaired = false;
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        restaurant.AddDatabase<KitchenDb>(builder);
        builder.Configuration["kitchen:Messaging:RetryDelays:0"] = "00:00:00.05";
        builder.AddMessaging<KitchenDb>("kitchen", events => events.On<MealOrdered>((meal, db, context, _) =>
        {
            if (!Volatile.Read(ref repaired))
                throw new InvalidOperationException("The oven is broken.");

            db.Add(new Dish { MessageId = context.MessageId, Table = meal.Table, Number = meal.Number });
            return Task.CompletedTask;
        }));
        builder.Services.AddProblemDetails();
        builder.Services.AddAuthentication("Stub").AddScheme<AuthenticationSchemeOptions, RoleOfHeader>("Stub", null);
        builder.Services.AddAuthorizationBuilder().AddPolicy(Policies.Operator, policy => policy.RequireRole(Roles.Operator));
        await using var kitchen = builder.Build();
        kitchen.UseAuthentication();
        kitchen.UseAuthorization();
        kitchen.MapDeadLetters<KitchenDb>("/api/kitchen");
        await kitchen.StartAsync(Cancel);
        using var operators = Clients.To(kitchen.Urls.Single());
        operators.DefaultRequestHeaders.Add("Role", Roles.Operator);

        await Restaurant.OrderAsync(till, MealOrdered.ForTables(3));
        await restaurant.PutAsync("garbage");
        await Eventually.Equals(4L, () => restaurant.CountAsync("SELECT count(*) FROM kitchen.dead_letters"), what: "Dead letters");

        using var customers = Clients.To(kitchen.Urls.Single());
        Assert.Equal(HttpStatusCode.Unauthorized, (await customers.GetAsync(new Uri(Letters, UriKind.Relative), Cancel)).StatusCode);
        customers.DefaultRequestHeaders.Add("Role", Roles.Customer);
        Assert.Equal(HttpStatusCode.Forbidden, (await customers.GetAsync(new Uri(Letters, UriKind.Relative), Cancel)).StatusCode);

        var first = await ListAsync(operators, $"{Letters}?limit=2");
        var second = await ListAsync(operators, $"{Letters}?limit=3&after={first["next"]}");
        var letters = first["items"]!.AsArray().Concat(second["items"]!.AsArray()).Select(letter => letter!.AsObject()).ToArray();
        Assert.Equal(4, letters.DistinctBy(letter => (string)letter["id"]!).Count());
        Assert.Null(second["next"]);
        var meal = letters.First(letter => (string?)letter["type"] == MealOrdered.Type);
        Assert.Contains("The oven is broken.", (string)meal["cause"]!, StringComparison.Ordinal);
        Assert.Equal((2, Restaurant.Orders), ((int)meal["attempts"]!, (string)meal["stream"]!));
        var garbage = letters.Single(letter => letter["type"] is null);

        Assert.Equal(HttpStatusCode.Conflict, await ReplayAsync(operators, meal));
        Assert.Equal(3, (int)(await ListAsync(operators, Letters))["items"]!.AsArray().Single(letter => (string)letter!["id"]! == (string)meal["id"]!)!["attempts"]!);
        Volatile.Write(ref repaired, true);
        Assert.Equal(HttpStatusCode.NoContent, await ReplayAsync(operators, meal));
        Assert.Equal(HttpStatusCode.NotFound, await ReplayAsync(operators, meal));
        Assert.Equal(1, await restaurant.DishesAsync());
        Assert.Equal(HttpStatusCode.UnprocessableEntity, await ReplayAsync(operators, garbage));
        Assert.Equal(HttpStatusCode.NoContent, await DiscardAsync(operators, garbage));
        Assert.Equal(HttpStatusCode.NotFound, await DiscardAsync(operators, garbage));
        Assert.Equal(2, await restaurant.CountAsync("SELECT count(*) FROM kitchen.dead_letters"));
        await kitchen.StopAsync(Cancel);
    }

    private static async Task<JsonNode> ListAsync(HttpClient http, string path) =>
        (await http.GetFromJsonAsync<JsonNode>(new Uri(path, UriKind.Relative), Cancel))!;

    private static async Task<HttpStatusCode> ReplayAsync(HttpClient http, JsonObject letter) =>
        (await http.PostAsync(new Uri($"{Letters}/{letter["id"]}/replay", UriKind.Relative), null, Cancel)).StatusCode;

    private static async Task<HttpStatusCode> DiscardAsync(HttpClient http, JsonObject letter) =>
        (await http.DeleteAsync(new Uri($"{Letters}/{letter["id"]}", UriKind.Relative), Cancel)).StatusCode;

    private sealed class RoleOfHeader(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder)
        : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
    {
        protected override Task<AuthenticateResult> HandleAuthenticateAsync() => Task.FromResult(
            Request.Headers["Role"] is [{ } role]
                ? AuthenticateResult.Success(new(new ClaimsPrincipal(new ClaimsIdentity([new(ClaimTypes.Role, role)], Scheme.Name)), Scheme.Name))
                : AuthenticateResult.NoResult());
    }
}
