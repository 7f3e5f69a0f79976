using System.Net;
using System.Text.Json.Nodes;
using Shop.Tests.Distributed;

namespace Shop.Tests.Security;

[Collection(nameof(SharedShop))]
public class ProfileTests(SharedShop shop)
{
    private const string Me = "/api/users/me";

    [Fact]
    public async Task A_change_needs_the_current_etag()
    {
        var (holder, tokens) = await SignedInAsync();
        var read = await holder.MeAsync(tokens);
        var tag = read.Headers.ETag!.ToString();

        Assert.Equal(
            HttpStatusCode.NotModified,
            (await holder.SendAsync(HttpMethod.Get, Me, null, tokens, "If-None-Match", tag)).StatusCode);
        Assert.Equal((HttpStatusCode)428, (await PatchAsync(holder, tokens, new { name = "Hera" }, null)).StatusCode);
        Assert.Equal(
            HttpStatusCode.PreconditionFailed,
            (await PatchAsync(holder, tokens, new { name = "Hera" }, "\"77\"")).StatusCode);
        Assert.Equal(
            HttpStatusCode.PreconditionFailed,
            (await PatchAsync(holder, tokens, new { name = "Hera" }, $"W/{tag}")).StatusCode);
        Assert.Equal(
            HttpStatusCode.PreconditionFailed,
            (await PatchAsync(holder, tokens, new { name = "Hera" }, "no tag at all")).StatusCode);

        var answers = await Task.WhenAll(
            Enumerable.Range(0, 4).Select(_ => PatchAsync(holder, tokens, new { name = " Hera of Samos " }, tag)));
        var changed = Assert.Single(answers, answer => answer.StatusCode == HttpStatusCode.OK);
        Assert.All(
            answers.Except([changed]), answer => Assert.Equal(HttpStatusCode.PreconditionFailed, answer.StatusCode));
        Assert.NotEqual(tag, changed.Headers.ETag!.ToString());
        Assert.Equal("Hera of Samos", (string)(await Customer.Read(changed, HttpStatusCode.OK))["name"]!);
        Assert.Equal(
            HttpStatusCode.OK,
            (await holder.SendAsync(HttpMethod.Get, Me, null, tokens, "If-None-Match", tag)).StatusCode);
    }

    [Fact]
    public async Task Missing_fields_stay_unchanged()
    {
        var (holder, tokens) = await SignedInAsync();

        var profile = await Customer.Read(await PatchAsync(holder, tokens, new { }, "*"), HttpStatusCode.OK);

        Assert.Equal("Hera Example", (string)profile["name"]!);
    }

    [Theory, Trait("Checklist", "A9")]
    [InlineData("""{"role":"operator"}""")]
    [InlineData("""{"name":"Hera","isAdmin":true}""")]
    [InlineData("""{"name":"Hera","emailVerified":true}""")]
    [InlineData("""{"email":"other@accounts.example"}""")]
    [InlineData("""{"name":null}""")]
    [InlineData("""{"name":""}""")]
    [InlineData("""{"name":"Hera","name":"Zeus"}""")]
    [InlineData("""{"Name":"Hera"}""")]
    [InlineData("""{"name":["Hera"]}""")]
    [InlineData("[]")]
    public async Task Fields_that_the_owner_may_not_change_are_refused(string patch)
    {
        var (holder, tokens) = await SignedInAsync();

        Assert.Equal(
            HttpStatusCode.BadRequest, (await PatchAsync(holder, tokens, JsonNode.Parse(patch), "*")).StatusCode);

        var me = await Customer.Read(await holder.MeAsync(tokens), HttpStatusCode.OK);
        Assert.Equal(
            (holder.Email, "Hera Example", "customer"),
            ((string)me["email"]!, (string)me["name"]!, (string)me["role"]!));
        Assert.Equal(["id", "email", "name", "role", "registeredAt"], me.AsObject().Select(member => member.Key));
    }

    [Fact]
    public async Task Addresses_can_be_added_changed_and_removed()
    {
        var (holder, tokens) = await SignedInAsync();
        var added = await holder.SendAsync(HttpMethod.Post, $"{Me}/addresses", Address(), tokens);
        var address = await Customer.Read(added, HttpStatusCode.Created);
        var path = added.Headers.Location!.OriginalString;
        var tag = added.Headers.ETag!.ToString();

        Assert.Equal($"{Me}/addresses/{(Guid)address["id"]!}", path);
        Assert.Equal(
            HttpStatusCode.NotModified,
            (await holder.SendAsync(HttpMethod.Get, path, null, tokens, "If-None-Match", tag)).StatusCode);
        Assert.Equal(
            (HttpStatusCode)428, (await holder.SendAsync(HttpMethod.Put, path, Address("Rome"), tokens)).StatusCode);
        var answers = await Task.WhenAll(
            Enumerable.Range(0, 4)
                .Select(_ => holder.SendAsync(HttpMethod.Put, path, Address("Rome"), tokens, "If-Match", tag)));
        Assert.Single(answers, answer => answer.StatusCode == HttpStatusCode.OK);
        Assert.Equal(3, answers.Count(answer => answer.StatusCode == HttpStatusCode.PreconditionFailed));

        var listed = Assert.Single(
            (await Customer.Read(
                await holder.SendAsync(HttpMethod.Get, $"{Me}/addresses", null, tokens),
                HttpStatusCode.OK))["items"]!.AsArray())!;
        Assert.Equal(("Rome", "Lindenstr. 7"), ((string)listed["city"]!, (string)listed["line1"]!));
        Assert.Equal(
            HttpStatusCode.NoContent, (await holder.SendAsync(HttpMethod.Delete, path, null, tokens)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await holder.SendAsync(HttpMethod.Get, path, null, tokens)).StatusCode);
        Assert.Equal(
            HttpStatusCode.NotFound, (await holder.SendAsync(HttpMethod.Delete, path, null, tokens)).StatusCode);
    }

    [Fact]
    public async Task Twenty_addresses_is_the_limit_also_for_parallel_requests()
    {
        var (holder, tokens) = await SignedInAsync();

        var answers = await Task.WhenAll(
            Enumerable.Range(0, 25)
                .Select(_ => holder.SendAsync(HttpMethod.Post, $"{Me}/addresses", Address(), tokens)));

        Assert.Equal(20, answers.Count(answer => answer.StatusCode == HttpStatusCode.Created));
        Assert.Equal(5, answers.Count(answer => answer.StatusCode == HttpStatusCode.Conflict));
        Assert.Equal(
            20,
            await shop.ScalarAsync<long>(
                "usersdb", "SELECT count(*) FROM users.addresses WHERE account_id = $1", holder.Id));
    }

    [Fact, Trait("Checklist", "B1")]
    public async Task Profiles_and_addresses_of_others_are_not_found()
    {
        var (owner, theirs) = await SignedInAsync();
        var (stranger, tokens) = await SignedInAsync();
        var path =
            (await owner.SendAsync(
                HttpMethod.Post, $"{Me}/addresses", Address(), theirs)).Headers.Location!.OriginalString;
        var nowhere = $"{Me}/addresses/{Guid.CreateVersion7()}";

        foreach (var (method, body) in (IEnumerable<(HttpMethod, object?)>)[
            (HttpMethod.Get, null), (HttpMethod.Put, Address("Rome")), (HttpMethod.Delete, null),
        ])
        {
            var foreign = await stranger.SendAsync(method, path, body, tokens, "If-Match", "*");
            var random = await stranger.SendAsync(method, nowhere, body, tokens, "If-Match", "*");
            Assert.Equal(HttpStatusCode.NotFound, foreign.StatusCode);
            Assert.Equal(await AccountHolder.SeenAsync(random), await AccountHolder.SeenAsync(foreign));
        }

        Assert.Equal(
            HttpStatusCode.Forbidden,
            (await stranger.SendAsync(HttpMethod.Get, $"/api/users/{owner.Id}", null, tokens)).StatusCode);
        Assert.Equal(
            "Berlin",
            (string)(await Customer.Read(
                await owner.SendAsync(HttpMethod.Get, path, null, theirs), HttpStatusCode.OK))["city"]!);
        Assert.Empty(
            (await Customer.Read(
                await stranger.SendAsync(HttpMethod.Get, $"{Me}/addresses", null, tokens),
                HttpStatusCode.OK))["items"]!.AsArray());
    }

    [Theory]
    [InlineData("name", "")]
    [InlineData("line1", "a\nb")]
    [InlineData("line2", "\u202e")]
    [InlineData("city", " ")]
    [InlineData("postalCode", "12345678901234567")]
    [InlineData("country", "Germany")]
    [InlineData("country", "de")]
    public async Task An_address_that_no_parcel_can_go_to_is_refused(string field, string value)
    {
        var (holder, tokens) = await SignedInAsync();
        var address = Address();
        address[field] = value;

        var problem = await Customer.Read(
            await holder.SendAsync(HttpMethod.Post, $"{Me}/addresses", address, tokens), HttpStatusCode.BadRequest);

        Assert.Equal([field], problem["errors"]!.AsObject().Select(error => error.Key));
    }

    private async Task<(AccountHolder Holder, TokenPair Tokens)> SignedInAsync()
    {
        var holder = await AccountHolder.RegisteredAsync(shop);
        return (holder, await holder.SignInAsync());
    }

    private static Task<HttpResponseMessage> PatchAsync(
        AccountHolder holder, TokenPair tokens, object? body, string? tag) =>
        holder.SendAsync(HttpMethod.Patch, Me, body, tokens, tag is null ? null : "If-Match", tag);

    private static JsonObject Address(string city = "Berlin") => new()
    {
        ["name"] = "Hera Example",
        ["line1"] = "Lindenstr. 7",
        ["city"] = city,
        ["postalCode"] = "10969",
        ["country"] = "DE",
    };
}
