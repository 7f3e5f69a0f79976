using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;
using Shop.Tests.Distributed;
using Shop.Users;

namespace Shop.Tests.Security;

[Collection(nameof(SharedShop))]
public class AccountsSignIn(SharedShop shop, ITestOutputHelper output)
{
    private const string Wrong = "not the password of anybody";

    [Fact, Trait("Checklist", "A1")]
    public async Task Is_refused_alike_for_a_wrong_password_an_unknown_address_and_a_locked_account()
    {
        var known = await AccountHolder.RegisteredAsync(shop);
        var locked = await AccountHolder.RegisteredAsync(shop);
        var asOperator = await shop.OperatorAsync();
        await Customer.Read(await asOperator.SendAsync(HttpMethod.Post, $"/api/users/{locked.Id}/lock"), HttpStatusCode.OK);

        HttpResponseMessage[] answers =
            [await known.TrySignInAsync(Wrong), await new AccountHolder(shop).TrySignInAsync(Wrong), await locked.TrySignInAsync(), await known.TrySignInAsync(Wrong, "no address")];

        var seen = await Task.WhenAll(answers.Select(AccountHolder.SeenAsync));
        Assert.StartsWith("401 ", seen[0], StringComparison.Ordinal);
        Assert.Single(seen.Distinct());
    }

    [Fact, Trait("Checklist", "A1")]
    public async Task Takes_as_long_to_refuse_an_unknown_address_as_a_wrong_password_and_as_registering_a_taken_one()
    {
        var known = await AccountHolder.RegisteredAsync(shop);
        for (var attempt = 1; ; attempt++)
        {
            List<double> wrong = [], unknown = [], taken = [], fresh = [];
            for (var round = 0; round < 30; round++)
            {
                if (round % 4 == 0)
                    await AccountHolder.ForgiveEverybodyAsync(shop);

                wrong.Add(await TimeAsync(() => known.TrySignInAsync(Wrong), HttpStatusCode.Unauthorized));
                unknown.Add(await TimeAsync(() => known.TrySignInAsync(Wrong, AccountHolder.NewEmail()), HttpStatusCode.Unauthorized));
                if (round % 2 == 0)
                    continue;

                taken.Add(await TimeAsync(() => known.TryRegisterAsync(), HttpStatusCode.Created));
                fresh.Add(await TimeAsync(() => known.TryRegisterAsync(AccountHolder.NewEmail()), HttpStatusCode.Created));
            }

            var (signIn, registration) = (Median(unknown) / Median(wrong), Median(taken) / Median(fresh));
            output.WriteLine(
                $"Wrong {Median(wrong):0.0} ms, unknown {Median(unknown):0.0} ms; taken {Median(taken):0.0} ms, new {Median(fresh):0.0} ms");
            if (signIn is > 0.8 and < 1.25 && registration is > 0.75 and < 1.35)
                return;

            Assert.True(attempt < 3, $"Unknown / wrong {signIn:0.00}, taken / new {registration:0.00}");
        }
    }

    [Fact, Trait("Checklist", "A4")]
    public async Task After_many_wrong_passwords_waits_longer_and_longer_but_only_there_and_not_for_ever()
    {
        var (victim, other) = (await AccountHolder.RegisteredAsync(shop), await AccountHolder.RegisteredAsync(shop));

        List<HttpResponseMessage> answers = [];
        for (var attempt = 0; attempt < 10; attempt++)
            answers.Add(await victim.TrySignInAsync(Wrong));

        Assert.All(answers.Take(5), answer => Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode));
        Assert.Equal(HttpStatusCode.TooManyRequests, answers[5].StatusCode);
        Assert.InRange(answers[5].Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 300);
        // The owner too, from the same place; but nobody else.
        await other.SignInAsync();
        await AgeFailuresAsync(TimeSpan.FromMinutes(5));
        await victim.SignInAsync();
    }

    [Fact, Trait("Checklist", "A4")]
    public async Task Of_an_owner_whom_the_whole_world_attacks_waits_for_seconds_only()
    {
        var victim = await AccountHolder.RegisteredAsync(shop);
        await shop.RowsAsync(
            "usersdb", "INSERT INTO users.sign_in_failures (subject, count, last_at) VALUES ($1, 1000, now())", row => row.FieldCount,
            SHA256.HashData(Encoding.UTF8.GetBytes(victim.Email)));

        var answer = await victim.TrySignInAsync();

        Assert.Equal(HttpStatusCode.TooManyRequests, answer.StatusCode);
        Assert.InRange(answer.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 15);
        await AgeFailuresAsync(TimeSpan.FromSeconds(15));
        await victim.SignInAsync();
    }

    [Fact, Trait("Checklist", "A4")]
    public async Task From_a_source_that_tries_one_password_on_many_accounts_waits_on_account_of_the_source()
    {
        var bystander = await AccountHolder.RegisteredAsync(shop);
        try
        {
            await AccountHolder.ForgiveEverybodyAsync(shop);
            Assert.Equal(HttpStatusCode.Unauthorized, (await bystander.TrySignInAsync(Wrong, AccountHolder.NewEmail())).StatusCode);
            // As if this were the 97th; trying them all would take a minute of hashing.
            var moved = await shop.RowsAsync(
                "usersdb", "UPDATE users.source_failures SET forgotten_at = now() + interval '9 minutes 42 seconds' RETURNING 1", row => row.GetInt32(0));
            Assert.Single(moved);

            List<HttpResponseMessage> answers = [];
            for (var attempt = 0; attempt < 8; attempt++)
                answers.Add(await bystander.TrySignInAsync(Wrong, AccountHolder.NewEmail()));

            Assert.Equal(HttpStatusCode.Unauthorized, answers[0].StatusCode);
            var slowed = answers.Where(answer => answer.StatusCode == HttpStatusCode.TooManyRequests).ToArray();
            Assert.NotEmpty(slowed);
            Assert.All(slowed, answer => Assert.InRange(answer.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 12));
        }
        finally
        {
            await AccountHolder.ForgiveEverybodyAsync(shop);
        }

        await bystander.SignInAsync();
    }

    [Theory, Trait("Checklist", "A7")]
    [InlineData("application/x-www-form-urlencoded", "email=ada&password=secret", HttpStatusCode.UnsupportedMediaType)]
    [InlineData("application/json", "[]", HttpStatusCode.BadRequest)]
    [InlineData("application/json", "42", HttpStatusCode.BadRequest)]
    [InlineData("application/json", "null", HttpStatusCode.BadRequest)]
    [InlineData("application/json", "", HttpStatusCode.BadRequest)]
    [InlineData("application/json", """{"email":"a@b.example","password":{"$ne":null}}""", HttpStatusCode.BadRequest)]
    [InlineData("application/json", """{"email":["a@b.example"],"password":"x"}""", HttpStatusCode.BadRequest)]
    [InlineData("application/json", """{"email":"a@b.example","password":null}""", HttpStatusCode.BadRequest)]
    [InlineData("application/json", """{"email":"a@b.example","password":"x","password":"y"}""", HttpStatusCode.BadRequest)]
    public async Task With_another_body_than_two_texts_is_refused(string type, string body, HttpStatusCode expected)
    {
        using var content = new StringContent(body, Encoding.UTF8, type);

        var answer = await shop.Anonymous().Http.PostAsync(new Uri("/api/users/session", UriKind.Relative), content, TestContext.Current.CancellationToken);

        Assert.Equal(expected, answer.StatusCode);
    }

    [Fact, Trait("Checklist", "A8")]
    public async Task Of_hundreds_at_once_is_answered_or_sent_away_and_leaves_the_catalogue_alone()
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
            answer.StatusCode, new[] { HttpStatusCode.OK, HttpStatusCode.TooManyRequests, HttpStatusCode.ServiceUnavailable }));
        Assert.All(answers, answer => Assert.True(answer.Took < TimeSpan.FromSeconds(20), $"{answer.Took}"));
        output.WriteLine(
            $"{answers.Count(answer => answer.StatusCode == HttpStatusCode.OK) / Stopwatch.GetElapsedTime(start).TotalSeconds:0.0} sign-ins/s; catalogue {calm:0.0} ms alone, {meanwhile:0.0} ms meanwhile");
        // The client shares the machine with the shop, so this is about the shop not standing still.
        Assert.True(meanwhile < (calm * 3) + 100, $"The catalogue took {meanwhile:0} ms instead of {calm:0} ms.");
    }

    [Fact]
    public async Task Raises_a_hash_of_yesterdays_cost_to_todays()
    {
        var holder = await AccountHolder.RegisteredAsync(shop);
        var cheap = new PasswordHasher<Account>(Options.Create(new PasswordHasherOptions { IterationCount = 10_000 }));
        await shop.RowsAsync(
            "usersdb", "UPDATE users.accounts SET password_hash = $2 WHERE id = $1", row => row.FieldCount,
            holder.Id, cheap.HashPassword(null!, AccountHolder.FirstPassword));
        Assert.Equal(10_000, await RoundsAsync(holder));

        await holder.SignInAsync();

        Assert.Equal(220_000, await RoundsAsync(holder));
        await holder.SignInAsync();
        Assert.Equal(HttpStatusCode.Unauthorized, (await holder.TrySignInAsync(Wrong)).StatusCode);
    }

    // Identity's format: a marker, then the pseudorandom function, then the rounds, in network order.
    private async Task<int> RoundsAsync(AccountHolder holder) => BinaryPrimitives.ReadInt32BigEndian(Convert.FromBase64String(
        await shop.ScalarAsync<string>("usersdb", "SELECT password_hash FROM users.accounts WHERE id = $1", holder.Id)).AsSpan(5));

    private async Task AgeFailuresAsync(TimeSpan age) =>
        await shop.RowsAsync("usersdb", "UPDATE users.sign_in_failures SET last_at = last_at - $1", row => row.FieldCount, age);

    private async Task<double> BrowseAsync(int pages)
    {
        var visitor = shop.Anonymous();
        List<double> times = [];
        for (var page = 0; page < pages; page++)
            times.Add(await TimeAsync(() => visitor.Http.GetAsync(new Uri("/api/products?limit=10", UriKind.Relative)), HttpStatusCode.OK));

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
