using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Shop.Tests.Distributed;

namespace Shop.Tests.Security;

/// <summary>
/// Searches and places in lists: nothing of them is a language, and nobody's list leads into another.
/// </summary>
[Collection(nameof(AttackedShop))]
public class SearchInputTests(AttackedShop shop)
{
    public static TheoryData<string> Languages =>
    [
        "' OR '1'='1", "'; DROP TABLE orders.products; --", "' UNION SELECT password_hash FROM users.accounts --",
        "\\", "\\'", "$$", "$1", ":x", "a:*", "a & | b",
        "!a", "(a", "a <-> b", "a:ABCD*", "%", "_", "%%%%%%%%%%%%%%%%%%%%", "a%' ESCAPE '", "[a-z]", "*",
        "../../etc/passwd", "${jndi:ldap://127.0.0.1/a}", "{{7*7}}",
        "'||nextval('public.injected')||'", "1;SELECT nextval('public.injected')",
        "\u202e", "e\u0301\u0301\u0301", "ꙮ", "\U0001F600", "ﷺﷺﷺ",
    ];

    [Theory, Trait("Checklist", "I4")]
    [MemberData(nameof(Languages))]
    public async Task A_search_text_is_words_without_a_syntax(string search)
    {
        var answer = await AskAsync($"search={Uri.EscapeDataString(search)}");

        Assert.True(answer.Status == HttpStatusCode.OK, $"{answer}");
        Assert.NotEqual(0, await shop.ScalarAsync<long>("ordersdb", "SELECT count(*) FROM orders.products"));
    }

    [Theory, Trait("Checklist", "I4")]
    [InlineData("%")]
    [InlineData("_")]
    [InlineData("*")]
    [InlineData("' OR '1'='1' --")]
    public async Task Wildcards_find_no_products(string search)
    {
        var http = await shop.OperatorAsync();
        var name = $"Wild{Guid.CreateVersion7():N}";
        await Customer.Read(
            await http.SendAsync(HttpMethod.Post, "/api/products", Visitors.Product(name: name)),
            HttpStatusCode.Created);

        Assert.Empty(await FoundAsync($"{name[..3]}{search}{name[6..]}"));
        Assert.Single(await FoundAsync(name));
    }

    [Theory, Trait("Checklist", "I4")]
    [InlineData("%")]
    [InlineData("_")]
    [InlineData("*")]
    [InlineData("\\")]
    [InlineData("' OR ''='")]
    public async Task Wildcards_find_no_accounts(string search)
    {
        var holder = await AccountHolder.RegisteredAsync(shop);

        Assert.Empty(await AccountsAsync($"{holder.Email[..6]}{search}{holder.Email[9..]}"));
        Assert.Single(await AccountsAsync(holder.Email));
    }

    [Theory, Trait("Checklist", "I4")]
    [InlineData("sort=id;select nextval('public.injected')")]
    [InlineData("orderBy=price desc;--")]
    [InlineData("fields=*")]
    [InlineData("filter[price][$gt]=0")]
    [InlineData("limit=1;select nextval('public.injected')")]
    public async Task Unknown_parameters_neither_sort_nor_filter(string query)
    {
        var answer = await AskAsync(query.Replace(" ", "%20", StringComparison.Ordinal));

        // What nobody reads is no reason to refuse a link that a mail program added to.
        Assert.True(
            answer.Status == (query.StartsWith("limit", StringComparison.Ordinal)
                ? HttpStatusCode.BadRequest
                : HttpStatusCode.OK),
            $"{answer}");
    }

    [Fact, Trait("Checklist", "I5")]
    public async Task A_list_continues_only_from_a_cursor_of_its_own()
    {
        var targets = await shop.TargetsAsync();
        var cursor = (string)(await shop.Attacker.SendAsync(
            shop.At("orders", "/api/products?limit=1"), "GET")).Json["next"]!;
        var flipped = from place in Enumerable.Range(0, cursor.Length)
                      from bit in (int[])[1, 2, 4]
                      let letter = (char)(cursor[place] ^ bit)
                      where char.IsAsciiLetterOrDigit(letter)
                      // The last character carries bits that mean nothing; with another of them it is the same cursor.
                      where place < cursor.Length - 1
                      select $"{cursor[..place]}{letter}{cursor[(place + 1)..]}";
        string[] others =
        [
            .. flipped,
            cursor[..^4],
            $"{cursor}AAAA",
            "null",
            "0",
            Convert.ToBase64String(Encoding.UTF8.GetBytes("[\"\",\"\"]")),
            new('A', 2000),
        ];

        await AttackRunner.RunAsync(others, async other =>
        {
            var answer = await shop.Attacker.SendAsync(
                shop.At("orders", $"/api/products?after={Uri.EscapeDataString(other)}"), "GET");
            return answer.Status == HttpStatusCode.BadRequest ? answer.Complaint() : $"{answer}";
        });
        foreach (var path in (string[])[
            $"/api/products?search=lamp&after={cursor}",
            $"/api/orders?after={cursor}",
            $"/api/products/{targets.Product}/stock?after={cursor}",
        ])
        {
            var answer = await shop.Attacker.SendAsync(
                shop.At("orders", path),
                "GET",
                path.Contains("stock", StringComparison.Ordinal) ? targets.Operator : targets.Owner);
            Assert.True(answer.Status == HttpStatusCode.BadRequest, $"{answer}");
        }
    }

    [Fact, Trait("Checklist", "I5")]
    public async Task A_list_continues_after_the_longest_name()
    {
        var http = await shop.OperatorAsync();
        var word = $"Long{Guid.CreateVersion7():N}";
        foreach (var name in (string[])[
            $"{word} {string.Concat(Enumerable.Repeat("\U0001D4B3", 80))}",
            $"{word} \uffff",
        ])
            await Customer.Read(
                await http.SendAsync(HttpMethod.Post, "/api/products", Visitors.Product(name: name)),
                HttpStatusCode.Created);

        var first =
            (await shop.Attacker.SendAsync(shop.At("orders", $"/api/products?search={word}&limit=1"), "GET")).Json;
        var second = await shop.Attacker.SendAsync(
            shop.At("orders", $"/api/products?search={word}&limit=1&after={first["next"]}"), "GET");

        Assert.True(second.Status == HttpStatusCode.OK, $"{second}");
        Assert.NotEqual((string?)first["items"]![0]!["id"], (string?)second.Json["items"]![0]!["id"]);
    }

    [Fact, Trait("Checklist", "I5"), Trait("Checklist", "B6")]
    public async Task A_cursor_never_leads_to_the_orders_of_another_customer()
    {
        var product = await (await shop.OperatorAsync()).NewProductAsync(opening: 10);
        var (mine, yours) = (await shop.NewCustomerAsync(), await shop.NewCustomerAsync());
        foreach (var customer in (Customer[])[mine, mine, yours, yours])
            await customer.OrderAsync(Customer.OrderOf(product));

        var next = (string)(await mine.GetAsync("/api/orders?limit=1"))["next"]!;
        var taken = await shop.Attacker.SendAsync(
            shop.At("orders", $"/api/orders?after={next}"), "GET", Targets.TokenOf(yours.Http));

        Assert.True(taken.Status == HttpStatusCode.BadRequest, $"{taken}");
        Assert.Single((await mine.GetAsync($"/api/orders?after={next}"))["items"]!.AsArray());
    }

    private async Task<JsonArray> AccountsAsync(string search)
    {
        var targets = await shop.TargetsAsync();
        var answer = await shop.Attacker.SendAsync(
            shop.At("users", $"/api/users?search={Uri.EscapeDataString(search)}"), "GET", targets.Operator);
        Assert.True(answer.Status == HttpStatusCode.OK, $"{answer}");
        return answer.Json["items"]!.AsArray();
    }

    private async Task<JsonArray> FoundAsync(string search) =>
        (await shop.Attacker.SendAsync(
            shop.At("orders", $"/api/products?search={Uri.EscapeDataString(search)}"), "GET")).Json["items"]!.AsArray();

    /// <summary>If a statement in it is executed, it takes a number, which no rollback gives back.</summary>
    private async Task<Answer> AskAsync(string query)
    {
        await shop.ExecuteAsync(
            "ordersdb", "CREATE SEQUENCE IF NOT EXISTS injected; GRANT USAGE ON SEQUENCE injected TO PUBLIC");
        var answer = await shop.Attacker.SendAsync(shop.At("orders", $"/api/products?{query}"), "GET");
        Assert.False(
            await shop.ScalarAsync<bool>("ordersdb", "SELECT is_called FROM injected"), $"{query} was executed.");
        return answer;
    }
}
