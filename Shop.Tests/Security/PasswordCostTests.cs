using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Shop.Tests.Chaos;
using Shop.Users;

namespace Shop.Tests.Security;

/// <summary>What a password hash costs in Production. Most other tests hash for less.</summary>
[Collection(nameof(ReplicatedShop))]
public class PasswordCostTests(ReplicatedShop shop, ITestOutputHelper output)
{
    private const string Wrong = "not the password of anybody";

    [Theory]
    [InlineData("Production", PasswordHashingOptions.RecommendedIterations - 1, false)]
    [InlineData("Staging", 10_000, false)]
    [InlineData("Production", PasswordHashingOptions.RecommendedIterations, true)]
    [InlineData("Development", 10_000, true)]
    public void The_cost_is_never_less_than_recommended_outside_Development(
        string environment, int iterations, bool accepted)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { EnvironmentName = environment });
        builder.Configuration["ConnectionStrings:usersdb"] = builder.Configuration["ConnectionStrings:redis"] =
            "Host=nowhere";
        builder.Configuration["Users:Passwords:HashIterations"] = $"{iterations}";
        builder.AddServiceDefaults();
        builder.AddUsers();
        using var services = builder.Services.BuildServiceProvider();

        var failure = Record.Exception(() => services.GetRequiredService<IOptions<PasswordHashingOptions>>().Value);

        Assert.Equal(accepted, failure is null);
        Assert.True(accepted || failure is OptionsValidationException);
    }

    [Fact, Trait("Checklist", "A1")]
    public async Task An_unknown_address_a_wrong_password_and_a_taken_address_take_equally_long()
    {
        var known = await AccountHolder.RegisteredAsync(shop);
        for (var attempt = 1; ; attempt++)
        {
            List<double> wrong = [], unknown = [], taken = [], fresh = [];
            for (var round = 0; round < 10; round++)
            {
                if (round % 4 == 0)
                    await AccountHolder.ForgiveEverybodyAsync(shop);

                wrong.Add(await TimeAsync(() => known.TrySignInAsync(Wrong), HttpStatusCode.Unauthorized));
                unknown.Add(
                    await TimeAsync(
                        () => known.TrySignInAsync(Wrong, AccountHolder.NewEmail()), HttpStatusCode.Unauthorized));
                if (round % 2 == 0)
                    continue;

                taken.Add(await TimeAsync(() => known.TryRegisterAsync(), HttpStatusCode.Created));
                fresh.Add(
                    await TimeAsync(() => known.TryRegisterAsync(AccountHolder.NewEmail()), HttpStatusCode.Created));
            }

            var (signIn, registration) = (Median(unknown) / Median(wrong), Median(taken) / Median(fresh));
            output.WriteLine(
                $"Wrong {Median(wrong):0.0} ms, unknown {Median(unknown):0.0} ms; taken {Median(taken):0.0} ms, "
                    + $"new {Median(fresh):0.0} ms");
            if (signIn is > 0.8 and < 1.25 && registration is > 0.75 and < 1.35)
                return;

            Assert.True(attempt < 5, $"Unknown / wrong {signIn:0.00}, taken / new {registration:0.00}");
        }
    }

    [Fact, Trait("Checklist", "A8")]
    public async Task Hundreds_of_sign_ins_at_once_do_not_slow_the_catalogue()
    {
        var holder = await AccountHolder.RegisteredAsync(shop);
        var calm = await BrowseAsync(40);
        var start = Stopwatch.GetTimestamp();

        var flood = Enumerable.Range(0, 150).Select(async attempt =>
        {
            await Task.Delay(attempt * 20, TestContext.Current.CancellationToken);
            var begun = Stopwatch.GetTimestamp();
            var answer = await holder.TrySignInAsync();
            return (answer.StatusCode, Took: Stopwatch.GetElapsedTime(begun));
        }).ToArray();
        var meanwhile = await BrowseAsync(40);
        var answers = await Task.WhenAll(flood);

        Assert.All(answers, answer => Assert.Contains(
            answer.StatusCode,
            new[] { HttpStatusCode.OK, HttpStatusCode.TooManyRequests, HttpStatusCode.ServiceUnavailable }));
        Assert.All(answers, answer => Assert.True(answer.Took < TimeSpan.FromSeconds(20), $"{answer.Took}"));
        var signedIn = answers.Count(answer => answer.StatusCode == HttpStatusCode.OK);
        output.WriteLine(
            $"{signedIn / Stopwatch.GetElapsedTime(start).TotalSeconds:0.0} sign-ins/s; "
                + $"catalogue {calm:0.0} ms alone, {meanwhile:0.0} ms meanwhile");
        // The client shares the machine with the shop, so this is about the shop not standing still.
        Assert.True(meanwhile < (calm * 3) + 100, $"The catalogue took {meanwhile:0} ms instead of {calm:0} ms.");
    }

    [Fact]
    public async Task A_cheaper_hash_is_raised_at_the_next_sign_in()
    {
        var holder = await AccountHolder.RegisteredAsync(shop);
        var cheap = new PasswordHasher<Account>(Options.Create(new PasswordHasherOptions { IterationCount = 10_000 }));
        await shop.RowsAsync(
            "usersdb", "UPDATE users.accounts SET password_hash = $2 WHERE id = $1", row => row.FieldCount,
            holder.Id, cheap.HashPassword(null!, AccountHolder.FirstPassword));
        Assert.Equal(10_000, await IterationsAsync(holder));

        await holder.SignInAsync();

        Assert.Equal(PasswordHashingOptions.RecommendedIterations, await IterationsAsync(holder));
        await holder.SignInAsync();
        Assert.Equal(HttpStatusCode.Unauthorized, (await holder.TrySignInAsync(Wrong)).StatusCode);
    }

    // Identity's format: a marker, then the pseudorandom function, then the iterations, in network order.
    private async Task<int> IterationsAsync(AccountHolder holder) =>
        BinaryPrimitives.ReadInt32BigEndian(Convert.FromBase64String(
            await shop.ScalarAsync<string>(
                "usersdb", "SELECT password_hash FROM users.accounts WHERE id = $1", holder.Id))
            .AsSpan(5));

    private async Task<double> BrowseAsync(int pages)
    {
        var visitor = shop.Anonymous();
        List<double> times = [];
        for (var page = 0; page < pages; page++)
            times.Add(
                await TimeAsync(
                    () => visitor.Http.GetAsync(new Uri("/api/products?limit=10", UriKind.Relative)),
                    HttpStatusCode.OK));

        return Median(times);
    }

    private static async Task<double> TimeAsync(Func<Task<HttpResponseMessage>> ask, HttpStatusCode expected)
    {
        var start = Stopwatch.GetTimestamp();
        var answer = await ask();
        var took = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        Assert.Equal(expected, answer.StatusCode);
        return took;
    }

    private static double Median(List<double> times) => times.Order().ElementAt(times.Count / 2);
}
