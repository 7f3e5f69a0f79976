using System.Net;
using System.Security.Cryptography;
using System.Text;
using Shop.Tests.Distributed;

namespace Shop.Tests.Security;

[Collection(nameof(SharedShop))]
public class SignInTests(SharedShop shop)
{
    private const string Wrong = "not the password of anybody";

    [Fact, Trait("Checklist", "A1")]
    public async Task Wrong_password_unknown_address_and_locked_account_get_the_same_answer()
    {
        var known = await AccountHolder.RegisteredAsync(shop);
        var locked = await AccountHolder.RegisteredAsync(shop);
        var asOperator = await shop.OperatorAsync();
        await Customer.Read(
            await asOperator.SendAsync(HttpMethod.Post, $"/api/users/{locked.Id}/lock"), HttpStatusCode.OK);

        HttpResponseMessage[] answers =
            [
                await known.TrySignInAsync(Wrong),
                await new AccountHolder(shop).TrySignInAsync(Wrong),
                await locked.TrySignInAsync(),
                await known.TrySignInAsync(Wrong, "no address"),
            ];

        var seen = await Task.WhenAll(answers.Select(AccountHolder.SeenAsync));
        Assert.StartsWith("401 ", seen[0], StringComparison.Ordinal);
        Assert.Single(seen.Distinct());
    }

    [Fact, Trait("Checklist", "A4")]
    public async Task Wrong_passwords_delay_only_that_address_and_account_and_not_forever()
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
    public async Task The_owner_of_an_attacked_account_waits_for_seconds_only()
    {
        var victim = await AccountHolder.RegisteredAsync(shop);
        await shop.RowsAsync(
            "usersdb",
            "INSERT INTO users.sign_in_failures (subject, count, last_at) VALUES ($1, 1000, now())",
            row => row.FieldCount,
            SHA256.HashData(Encoding.UTF8.GetBytes(victim.Email)));

        var answer = await victim.TrySignInAsync();

        Assert.Equal(HttpStatusCode.TooManyRequests, answer.StatusCode);
        Assert.InRange(answer.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 15);
        await AgeFailuresAsync(TimeSpan.FromSeconds(15));
        await victim.SignInAsync();
    }

    [Fact, Trait("Checklist", "A4")]
    public async Task An_address_that_tries_one_password_on_many_accounts_is_delayed()
    {
        var bystander = await AccountHolder.RegisteredAsync(shop);
        try
        {
            await AccountHolder.ForgiveEverybodyAsync(shop);
            Assert.Equal(
                HttpStatusCode.Unauthorized,
                (await bystander.TrySignInAsync(Wrong, AccountHolder.NewEmail())).StatusCode);
            // As if this were the 97th; trying them all would take a minute of hashing.
            var moved = await shop.RowsAsync(
                "usersdb",
                "UPDATE users.source_failures SET forgotten_at = now() + interval '9 minutes 42 seconds' RETURNING 1",
                row => row.GetInt32(0));
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
    [InlineData(
        "application/json", """{"email":"a@b.example","password":"x","password":"y"}""", HttpStatusCode.BadRequest)]
    public async Task An_invalid_body_is_refused(string type, string body, HttpStatusCode expected)
    {
        using var content = new StringContent(body, Encoding.UTF8, type);

        var answer = await shop.Anonymous().Http
            .PostAsync(new Uri("/api/users/session", UriKind.Relative), content, TestContext.Current.CancellationToken);

        Assert.Equal(expected, answer.StatusCode);
    }

    private async Task AgeFailuresAsync(TimeSpan age) =>
        await shop.RowsAsync(
            "usersdb", "UPDATE users.sign_in_failures SET last_at = last_at - $1", row => row.FieldCount, age);
}
