using System.Net;
using System.Text.Json.Nodes;
using Shop.Tests.Distributed;

namespace Shop.Tests.Security;

[Collection(nameof(SharedShop))]
public class AccountAdministrationTests(SharedShop shop)
{
    [Fact]
    public async Task Accounts_are_found_by_the_beginning_of_address_or_name_in_pages()
    {
        var asOperator = await shop.OperatorAsync();
        var family = $"Quendel{Guid.CreateVersion7():N}";
        List<Guid> ids = [];
        foreach (var number in Enumerable.Range(0, 3))
        {
            var holder = new AccountHolder(shop);
            ids.Insert(0, Guid.Empty);
            await Customer.Read(await holder.TryRegisterAsync(name: $"{family} {number}"), HttpStatusCode.Created);
            ids[0] = await shop.ScalarAsync<Guid>(
                "usersdb", "SELECT id FROM users.accounts WHERE email = $1", holder.Email);
        }

        List<Guid> found = [];
        for (string? after = ""; after is not null;)
        {
            var page = await asOperator.ReadAsync(
                $"/api/users?limit=2&search={family.ToUpperInvariant()}{(after.Length > 0 ? $"&after={after}" : "")}");
            Assert.InRange(page["items"]!.AsArray().Count, 1, 2);
            found.AddRange(page["items"]!.AsArray().Select(item => (Guid)item!["id"]!));
            after = (string?)page["next"];
        }

        Assert.Equal(ids, found);
        var one = await asOperator.ReadAsync($"/api/users/{ids[0]}");
        Assert.Equal(
            ["id", "email", "name", "role", "registeredAt", "lockedAt", "lockReason"],
            one.AsObject().Select(member => member.Key));
        var byAddress = await asOperator.ReadAsync($"/api/users?search={((string)one["email"]!)[..34]}");
        Assert.Equal(ids[0], (Guid)Assert.Single(byAddress["items"]!.AsArray())!["id"]!);
    }

    [Theory, Trait("Checklist", "I4")]
    [InlineData("%")]
    [InlineData("_lice")]
    [InlineData("a%e")]
    [InlineData("\\")]
    [InlineData("' OR '1'='1")]
    public async Task Wildcards_find_no_accounts(string search)
    {
        var found = await (await shop.OperatorAsync()).ReadAsync($"/api/users?search={Uri.EscapeDataString(search)}");

        Assert.Empty(found["items"]!.AsArray());
    }

    [Theory]
    [InlineData("limit=0")]
    [InlineData("limit=101")]
    [InlineData("limit=2147483648")]
    [InlineData("after=first")]
    [InlineData("search=%00")]
    public async Task Page_sizes_out_of_bounds_are_refused(string query) =>
        Assert.Equal(
            HttpStatusCode.BadRequest,
            (await (await shop.OperatorAsync()).SendAsync(HttpMethod.Get, $"/api/users?{query}")).StatusCode);

    [Fact, Trait("Checklist", "J15")]
    public async Task Locking_ends_all_sessions_at_once_and_unlocking_allows_sign_in()
    {
        var asOperator = await shop.OperatorAsync();
        var holder = await AccountHolder.RegisteredAsync(shop);
        var tokens = await holder.SignInAsync();

        var locked = await Customer.Read(
            await asOperator.SendAsync($"/api/users/{holder.Id}/lock", new { reason = "Chargebacks" }),
            HttpStatusCode.OK);
        var again = await Customer.Read(await asOperator.SendAsync($"/api/users/{holder.Id}/lock"), HttpStatusCode.OK);

        Assert.Equal("Chargebacks", (string)locked["lockReason"]!);
        Assert.Equal(
            (DateTimeOffset)locked["lockedAt"]!, (DateTimeOffset)again["lockedAt"]!, TimeSpan.FromMicroseconds(1));
        Assert.Equal(HttpStatusCode.Unauthorized, (await holder.TryRefreshAsync(tokens)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await holder.MeAsync(tokens)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await holder.TrySignInAsync()).StatusCode);

        var unlocked = await Customer.Read(
            await asOperator.SendAsync($"/api/users/{holder.Id}/unlock"), HttpStatusCode.OK);
        Assert.Null(unlocked["lockedAt"]);
        Assert.Equal(HttpStatusCode.Unauthorized, (await holder.TryRefreshAsync(tokens)).StatusCode);
        await holder.SignInAsync();
    }

    [Fact]
    public async Task A_changed_role_needs_a_new_session()
    {
        var asOperator = await shop.OperatorAsync();
        var holder = await AccountHolder.RegisteredAsync(shop);
        var asCustomer = await holder.SignInAsync();
        Assert.Equal(
            HttpStatusCode.Forbidden,
            (await holder.SendAsync(HttpMethod.Get, "/api/users", null, asCustomer)).StatusCode);

        await Customer.Read(
            await asOperator.SendAsync(HttpMethod.Put, $"/api/users/{holder.Id}/role", new { role = "operator" }),
            HttpStatusCode.OK);

        Assert.Equal(HttpStatusCode.Unauthorized, (await holder.TryRefreshAsync(asCustomer)).StatusCode);
        var appointed = await holder.SignInAsync();
        Assert.Equal(
            HttpStatusCode.OK, (await holder.SendAsync(HttpMethod.Get, "/api/users", null, appointed)).StatusCode);

        await Customer.Read(
            await asOperator.SendAsync(HttpMethod.Put, $"/api/users/{holder.Id}/role", new { role = "customer" }),
            HttpStatusCode.OK);
        Assert.Equal(
            HttpStatusCode.Unauthorized,
            (await holder.SendAsync(HttpMethod.Get, "/api/users", null, appointed)).StatusCode);
        Assert.Equal(
            HttpStatusCode.Forbidden,
            (await holder.SendAsync(HttpMethod.Get, "/api/users", null, await holder.SignInAsync())).StatusCode);
    }

    [Fact]
    public async Task Operators_cannot_lock_or_demote_themselves()
    {
        var asOperator = await shop.OperatorAsync();
        var id = (Guid)(await asOperator.ReadAsync("/api/users/me"))["id"]!;

        Assert.Equal(HttpStatusCode.Conflict, (await asOperator.SendAsync($"/api/users/{id}/lock")).StatusCode);
        Assert.Equal(
            HttpStatusCode.Conflict,
            (await asOperator.SendAsync(
                HttpMethod.Put, $"/api/users/{id}/role", new { role = "customer" })).StatusCode);

        Assert.Equal("operator", (string)(await asOperator.ReadAsync("/api/users/me"))["role"]!);
    }

    [Fact]
    public async Task The_last_operator_cannot_be_locked_or_demoted()
    {
        var asOperator = await shop.OperatorAsync();
        var id = (Guid)(await asOperator.ReadAsync("/api/users/me"))["id"]!;
        // Whoever else an earlier test appointed is out of the way meanwhile.
        var others = await shop.RowsAsync(
            "usersdb",
            "UPDATE users.accounts SET role = 'customer' WHERE role = 'operator' AND id <> $1 RETURNING id",
            row => row.GetGuid(0),
            id);
        try
        {
            var rival = await AccountHolder.RegisteredAsync(shop);
            await Customer.Read(
                await asOperator.SendAsync(HttpMethod.Put, $"/api/users/{rival.Id}/role", new { role = "operator" }),
                HttpStatusCode.OK);
            var tokens = await rival.SignInAsync();

            // Both want to be the only one.
            var answers = await Task.WhenAll(
                rival.SendAsync(
                    HttpMethod.Delete, "/api/users/me", new { password = AccountHolder.FirstPassword }, tokens),
                asOperator.SendAsync(HttpMethod.Put, $"/api/users/{rival.Id}/role", new { role = "customer" }));
            Assert.All(answers, answer => Assert.True((int)answer.StatusCode < 500, $"{answer.StatusCode}"));
            Assert.Equal(
                1,
                await shop.ScalarAsync<long>(
                    "usersdb", "SELECT count(*) FROM users.accounts WHERE role = 'operator' AND locked_at IS NULL"));

            var last = await asOperator.SendAsync(
                HttpMethod.Delete, "/api/users/me", new { password = "correct horse battery staple" });
            Assert.Equal(HttpStatusCode.Conflict, last.StatusCode);
            Assert.Equal(id, (Guid)(await asOperator.ReadAsync("/api/users/me"))["id"]!);
        }
        finally
        {
            await shop.RowsAsync(
                "usersdb",
                "UPDATE users.accounts SET role = 'operator' WHERE id = ANY ($1)",
                row => row.FieldCount,
                others.ToArray());
        }
    }

    [Theory, Trait("Checklist", "A9")]
    [InlineData("""{"role":"admin"}""")]
    [InlineData("""{"role":"Operator"}""")]
    [InlineData("""{"role":null}""")]
    [InlineData("""{}""")]
    [InlineData("""{"role":"operator","id":1}""")]
    public async Task An_unknown_role_is_refused(string body)
    {
        var asOperator = await shop.OperatorAsync();
        var holder = await AccountHolder.RegisteredAsync(shop);

        var answer = await asOperator.SendAsync(HttpMethod.Put, $"/api/users/{holder.Id}/role", JsonNode.Parse(body));

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal(
            "customer",
            await shop.ScalarAsync<string>("usersdb", "SELECT role FROM users.accounts WHERE id = $1", holder.Id));
    }

    [Fact, Trait("Checklist", "B4")]
    public async Task Account_administration_needs_an_operator()
    {
        var victim = await AccountHolder.RegisteredAsync(shop);
        var stranger = await AccountHolder.RegisteredAsync(shop);
        var tokens = await stranger.SignInAsync();
        foreach (var (method, path, body) in (IEnumerable<(HttpMethod, string, object?)>)
            [
                (HttpMethod.Get, "/api/users", null), (HttpMethod.Get, $"/api/users/{victim.Id}", null),
                (HttpMethod.Post, $"/api/users/{victim.Id}/lock", null),
                    (HttpMethod.Post, $"/api/users/{victim.Id}/unlock", null),
                    (HttpMethod.Put, $"/api/users/{stranger.Id}/role", new { role = "operator" })])
        {
            Assert.Equal(HttpStatusCode.Forbidden, (await stranger.SendAsync(method, path, body, tokens)).StatusCode);
            Assert.Equal(HttpStatusCode.Unauthorized, (await stranger.SendAsync(method, path, body)).StatusCode);
        }

        var asOperator = await shop.OperatorAsync();
        Assert.Equal(
            HttpStatusCode.NotFound,
            (await asOperator.SendAsync($"/api/users/{Guid.CreateVersion7()}/lock")).StatusCode);
    }
}
