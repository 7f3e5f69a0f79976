using System.Net;
using Shop.Tests.Distributed;

namespace Shop.Tests.Security;

[Collection(nameof(SharedShop))]
public class SessionTests(SharedShop shop)
{
    private const string NextPassword = "eleven geese on a frozen pond";

    [Fact, Trait("Checklist", "A5")]
    public async Task A_repeated_refresh_after_a_lost_answer_gets_the_same_successor()
    {
        var holder = await AccountHolder.RegisteredAsync(shop);
        var first = await holder.SignInAsync();

        var lost = await holder.RefreshAsync(first);
        var again = await holder.RefreshAsync(first);

        Assert.NotEqual(first.Refresh, lost.Refresh);
        Assert.Equal(lost.Refresh, again.Refresh);
        await holder.RefreshAsync(lost);
    }

    [Fact, Trait("Checklist", "A5")]
    public async Task Parallel_refreshes_have_one_successor()
    {
        var holder = await AccountHolder.RegisteredAsync(shop);
        var first = await holder.SignInAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => holder.RefreshAsync(first)));

        Assert.Single(answers.Select(tokens => tokens.Refresh).Distinct());
        Assert.Equal(
            1,
            await CountAsync(
                "SELECT count(*) FROM users.refresh_tokens t JOIN users.sessions s ON s.id = t.session_id WHERE "
                    + "s.account_id = $1 AND t.used_at IS NULL",
                holder));
        Assert.Equal(1, await CountAsync("SELECT count(*) FROM users.sessions WHERE account_id = $1", holder));
    }

    [Fact, Trait("Checklist", "A5")]
    public async Task Reuse_of_a_refresh_token_ends_the_session()
    {
        var holder = await AccountHolder.RegisteredAsync(shop);
        var stolen = await holder.SignInAsync();
        var successor = await holder.RefreshAsync(stolen);
        await MoveAsync(
            "UPDATE users.refresh_tokens t SET used_at = used_at - interval '31 seconds' FROM users.sessions s WHERE "
                + "s.id = t.session_id AND s.account_id = $1",
            holder);

        await RefusedAsync(holder, stolen);

        await RefusedAsync(holder, successor);
        Assert.Equal(HttpStatusCode.Unauthorized, (await holder.MeAsync(successor)).StatusCode);
        await holder.SignInAsync();
    }

    [Fact, Trait("Checklist", "A5")]
    public async Task Reuse_after_the_successor_was_used_ends_the_session_at_once()
    {
        var holder = await AccountHolder.RegisteredAsync(shop);
        var stolen = await holder.SignInAsync();
        // Whoever uses the successor has had the answer, so nobody asks again because it got lost.
        var latest = await holder.RefreshAsync(await holder.RefreshAsync(stolen));

        await RefusedAsync(holder, stolen);

        await RefusedAsync(holder, latest);
        Assert.Equal(HttpStatusCode.Unauthorized, (await holder.MeAsync(latest)).StatusCode);
        await holder.SignInAsync();
    }

    [Theory, Trait("Checklist", "A5")]
    [InlineData("UPDATE users.sessions SET started_at = started_at - interval '30 days' WHERE account_id = $1")]
    [InlineData(
        "UPDATE users.refresh_tokens t SET issued_at = issued_at - interval '7 days' FROM users.sessions s WHERE s.id "
            + "= t.session_id AND s.account_id = $1")]
    public async Task A_session_ends_by_age_and_by_idle_time(string age)
    {
        var holder = await AccountHolder.RegisteredAsync(shop);
        var tokens = await holder.SignInAsync();
        await MoveAsync(age, holder);

        await RefusedAsync(holder, tokens);
    }

    [Fact, Trait("Checklist", "A5")]
    public async Task Refreshing_does_not_extend_the_maximum_age()
    {
        var holder = await AccountHolder.RegisteredAsync(shop);
        var tokens = await holder.SignInAsync();
        await MoveAsync(
            "UPDATE users.sessions SET started_at = started_at - interval '29 days 23 hours' WHERE account_id = $1",
            holder);

        var successor = await holder.RefreshAsync(tokens);
        await MoveAsync(
            "UPDATE users.sessions SET started_at = started_at - interval '1 hour' WHERE account_id = $1", holder);

        await RefusedAsync(holder, successor);
    }

    [Fact, Trait("Checklist", "A5")]
    public async Task Signing_out_ends_one_session_only()
    {
        var holder = await AccountHolder.RegisteredAsync(shop);
        var (here, there) = (await holder.SignInAsync(), await holder.SignInAsync());

        var answer = await holder.SendAsync(
            HttpMethod.Delete, "/api/users/session", new { refreshToken = here.Refresh });

        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        await RefusedAsync(holder, here);
        Assert.Equal(HttpStatusCode.Unauthorized, (await holder.MeAsync(here)).StatusCode);
        await holder.RefreshAsync(there);
        Assert.Equal(HttpStatusCode.OK, (await holder.MeAsync(there)).StatusCode);
    }

    [Theory, Trait("Checklist", "A5")]
    [InlineData("")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")]
    [InlineData("eyJhbGciOiJub25lIn0.e30.")]
    public async Task An_unknown_refresh_token_is_refused(string token) =>
        await RefusedAsync(new AccountHolder(shop), new("", token));

    [Fact, Trait("Checklist", "J13")]
    public async Task An_access_token_is_no_refresh_token()
    {
        var holder = await AccountHolder.RegisteredAsync(shop);
        var tokens = await holder.SignInAsync();

        await RefusedAsync(holder, new(tokens.Access, tokens.Access));
        Assert.Equal(HttpStatusCode.Unauthorized, (await holder.MeAsync(new(tokens.Refresh, ""))).StatusCode);
    }

    [Fact, Trait("Checklist", "A5"), Trait("Checklist", "J15")]
    public async Task A_password_change_ends_all_other_sessions()
    {
        var holder = await AccountHolder.RegisteredAsync(shop);
        var (mine, thief) = (await holder.SignInAsync(), await holder.SignInAsync());

        var answer = await holder.ChangePasswordAsync(mine, AccountHolder.FirstPassword, NextPassword);

        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        await RefusedAsync(holder, thief);
        Assert.Equal(HttpStatusCode.Unauthorized, (await holder.MeAsync(thief)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await holder.MeAsync(mine)).StatusCode);
        await holder.RefreshAsync(mine);
        Assert.Equal(HttpStatusCode.Unauthorized, (await holder.TrySignInAsync()).StatusCode);
        await holder.SignInAsync(NextPassword);
    }

    [Fact, Trait("Checklist", "A4")]
    public async Task A_stolen_session_guesses_passwords_no_faster_than_a_sign_in()
    {
        var holder = await AccountHolder.RegisteredAsync(shop);
        var tokens = await holder.SignInAsync();

        List<HttpStatusCode> answers = [];
        for (var attempt = 0; attempt < 6; attempt++)
            answers.Add(
                (await holder.ChangePasswordAsync(tokens, "not the password of anybody", NextPassword)).StatusCode);

        Assert.Equal([.. Enumerable.Repeat(HttpStatusCode.Forbidden, 5), HttpStatusCode.TooManyRequests], answers);
        Assert.Equal(HttpStatusCode.TooManyRequests, (await holder.TrySignInAsync()).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await holder.MeAsync(tokens)).StatusCode);
    }

    [Fact, Trait("Checklist", "J15")]
    public async Task A_sign_in_with_the_old_password_leaves_no_session_after_the_change()
    {
        var holder = await AccountHolder.RegisteredAsync(shop);
        var mine = await holder.SignInAsync();

        // All wait in one line for their turn to hash, so that some verify the old password before it changes and store
        // their session after.
        var signIns = Enumerable.Range(0, 6).Select(_ => holder.TrySignInAsync()).ToArray();
        await Eventually.Equals(
            HttpStatusCode.NoContent,
            async () => (await holder.ChangePasswordAsync(mine, AccountHolder.FirstPassword, NextPassword)).StatusCode,
            what: "The change");
        var answers = await Task.WhenAll(signIns);

        Assert.All(
            answers,
            answer =>
                Assert.Contains(
                    answer.StatusCode,
                    new[] { HttpStatusCode.OK, HttpStatusCode.Unauthorized, HttpStatusCode.TooManyRequests }));
        Assert.Equal(
            1,
            await CountAsync("SELECT count(*) FROM users.sessions WHERE account_id = $1 AND ended_at IS NULL", holder));
        foreach (var begun in answers.Where(answer => answer.StatusCode == HttpStatusCode.OK))
            await RefusedAsync(holder, await AccountHolder.TokensOf(begun));
    }

    private static async Task RefusedAsync(AccountHolder holder, TokenPair tokens)
    {
        var answer = await holder.TryRefreshAsync(tokens);
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Equal("Bearer", answer.Headers.WwwAuthenticate.ToString());
    }

    private Task<long> CountAsync(string sql, AccountHolder holder) =>
        shop.ScalarAsync<long>("usersdb", sql, holder.Id);

    private async Task MoveAsync(string sql, AccountHolder holder) =>
        Assert.NotEmpty(await shop.RowsAsync("usersdb", $"{sql} RETURNING 1", row => row.GetInt32(0), holder.Id));
}
