using System.Net;
using Shop.Tests.Distributed;

namespace Shop.Tests.Security;

[Collection(nameof(SharedShop))]
public class RegistrationTests(SharedShop shop)
{
    [Fact, Trait("Checklist", "A2")]
    public async Task A_taken_address_is_answered_like_a_new_one()
    {
        var owner = await AccountHolder.RegisteredAsync(shop);
        var before = await AccountAsync(owner.Email);

        var taken = await owner.TryRegisterAsync(typed: "another password entirely", name: "Hera Example");
        var fresh = await owner.TryRegisterAsync(AccountHolder.NewEmail(), "another password entirely", "Hera Example");

        Assert.Equal(HttpStatusCode.Created, taken.StatusCode);
        Assert.Null(taken.Headers.Location);
        Assert.Equal(await AccountHolder.SeenAsync(fresh), await AccountHolder.SeenAsync(taken));
        var told = await Customer.Read(taken, HttpStatusCode.Created);
        Assert.Equal(["id", "email", "name"], told.AsObject().Select(member => member.Key));
        Assert.NotEqual(owner.Id, (Guid)told["id"]!);
        Assert.Equal(
            0,
            await shop.ScalarAsync<long>(
                "usersdb", "SELECT count(*) FROM users.accounts WHERE id = $1", (Guid)told["id"]!));
        Assert.Equal(before, await AccountAsync(owner.Email));
        Assert.Equal(HttpStatusCode.Unauthorized, (await owner.TrySignInAsync("another password entirely")).StatusCode);
        await owner.SignInAsync();
    }

    [Fact, Trait("Checklist", "A2")]
    public async Task Parallel_registrations_open_one_account_and_are_answered_alike()
    {
        var holder = new AccountHolder(shop);

        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => holder.TryRegisterAsync()));

        // On a busy machine the line for hashing may be too long for some; that depends on no account.
        var seen = await Task.WhenAll(
            answers.Where(answer => answer.StatusCode != HttpStatusCode.TooManyRequests)
                .Select(AccountHolder.SeenAsync));
        Assert.StartsWith("201 ", Assert.Single(seen.Distinct()), StringComparison.Ordinal);
        Assert.Equal(
            1,
            await shop.ScalarAsync<long>(
                "usersdb", "SELECT count(*) FROM users.accounts WHERE email = $1", holder.Email));
        await holder.SignInAsync();
    }

    [Theory, Trait("Checklist", "A6")]
    [InlineData("ada@customers.example\r\nBcc: x@evil.example")]
    [InlineData("ada@customers.example\0")]
    [InlineData("аda@customers.example")] // A Cyrillic a.
    [InlineData("ada@customers.exampl\u212A")] // The Kelvin sign, which is k in lower case.
    [InlineData("ada@customers..example")]
    [InlineData("ada@-customers.example")]
    [InlineData("@customers.example")]
    [InlineData("ada")]
    [InlineData("ada@two@customers.example")]
    [InlineData("\"ada lovelace\"@customers.example")]
    [InlineData("ada@customers.example,eve@evil.example")]
    [InlineData("")]
    public async Task An_address_that_could_be_mistaken_for_another_is_refused(string email)
    {
        var answer = await new AccountHolder(shop).TryRegisterAsync(email);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal(
            0,
            await shop.ScalarAsync<long>(
                "usersdb",
                "SELECT count(*) FROM users.accounts WHERE email = $1",
                email.Replace("\0", "", StringComparison.Ordinal)));
    }

    [Fact, Trait("Checklist", "A6")]
    public async Task An_address_longer_than_mail_allows_is_refused()
    {
        var holder = new AccountHolder(shop);
        var part = new string('a', 60);

        Assert.Equal(
            HttpStatusCode.BadRequest, (await holder.TryRegisterAsync($"{part}aaaaa@customers.example")).StatusCode);
        Assert.Equal(
            HttpStatusCode.BadRequest,
            (await holder.TryRegisterAsync($"{part}@{part}.{part}.{part}.{part}.{part}.example")).StatusCode);
    }

    [Fact, Trait("Checklist", "A6")]
    public async Task Case_does_not_make_another_address_but_a_tag_does()
    {
        var holder = await AccountHolder.RegisteredAsync(shop);
        var at = holder.Email.IndexOf('@', StringComparison.Ordinal);
        var loud = $"  {holder.Email.ToUpperInvariant()} ";

        Assert.Equal(HttpStatusCode.Created, (await holder.TryRegisterAsync(loud)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await holder.TrySignInAsync(email: loud)).StatusCode);
        Assert.Equal(
            HttpStatusCode.Created, (await holder.TryRegisterAsync(holder.Email.Insert(at, "+tag"))).StatusCode);

        Assert.Equal(
            2,
            await shop.ScalarAsync<long>(
                "usersdb", "SELECT count(*) FROM users.accounts WHERE email LIKE $1", holder.Email[..at] + "%"));
    }

    [Theory, Trait("Checklist", "A9")]
    [InlineData("role", "operator")]
    [InlineData("isAdmin", true)]
    [InlineData("emailVerified", true)]
    [InlineData("id", "019aab10-0000-7000-8000-000000000000")]
    [InlineData("Name", "Twice")]
    public async Task Members_that_a_caller_may_not_set_are_refused(string member, object value)
    {
        var holder = new AccountHolder(shop);
        var body = new Dictionary<string, object>
        {
            ["email"] = holder.Email,
            ["password"] = AccountHolder.FirstPassword,
            ["name"] = "Hera",
            [member] = value,
        };

        var answer = await holder.SendAsync(HttpMethod.Post, "/api/users", body);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal(
            0,
            await shop.ScalarAsync<long>(
                "usersdb", "SELECT count(*) FROM users.accounts WHERE email = $1", holder.Email));
    }

    [Fact]
    public async Task A_name_is_kept_as_typed_without_the_blanks_around_it()
    {
        var holder = new AccountHolder(shop);
        var told = await Customer.Read(
            await holder.TryRegisterAsync(name: "  Søren  O'Neil 🐈 "), HttpStatusCode.Created);

        Assert.Equal("Søren  O'Neil 🐈", (string)told["name"]!);
        Assert.Equal(
            "Søren  O'Neil 🐈",
            await shop.ScalarAsync<string>(
                "usersdb", "SELECT name FROM users.accounts WHERE email = $1", holder.Email));
    }

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("Ada\r\nBcc: x")]
    [InlineData("Ada\u001b[31m")]
    [InlineData("Ada\u202eadA")]
    [InlineData("Ada\u2028Lovelace")]
    public async Task A_name_that_cannot_be_printed_is_refused(string name)
    {
        var problem = await Customer.Read(
            await new AccountHolder(shop).TryRegisterAsync(name: name), HttpStatusCode.BadRequest);

        Assert.Equal(["name"], problem["errors"]!.AsObject().Select(error => error.Key));
    }

    private Task<string> AccountAsync(string email) =>
        shop.ScalarAsync<string>("usersdb", "SELECT a::text FROM users.accounts a WHERE email = $1", email);
}
