using System.Globalization;
using Deque.AxeCore.Commons;
using Shop.Tests.Distributed;

namespace Shop.Tests.Storefront;

/// <summary>What is true of every page: for whoever can't see it, on a phone, in the dark, on a slow line.</summary>
[Collection(nameof(SharedShop)), Trait("Category", "Browser")]
public sealed class EveryPageTests(SharedShop shop)
{
    private const int MaxFirstLoad = 150_000;

    /// <summary>WCAG 2.2, levels A and AA.</summary>
    private static readonly AxeRules Guidelines = new("tag", ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]);

    private static readonly AxeRules Contrast = new("rule", ["color-contrast"]);

    /// <summary>What may differ on a phone, where the menu is another one, too.</summary>
    private static readonly AxeRules Layout = new(
        "rule",
        [
            "color-contrast", "target-size", "link-name", "button-name", "label", "aria-hidden-focus",
            "scrollable-region-focusable",
        ]);

    private static readonly string Axe = new BundledAxeScriptProvider().GetScript();

    // In the page itself: Deque.AxeCore.Playwright opens another one, with a process of its own, for each run.
    private const string RunAxe =
        """
        async ({ Type: type, Values: values }) => {
            const { violations } = await axe.run({ runOnly: { type, values } });
            return violations.flatMap(
                ({ id, help, nodes }) => nodes.map(({ target }) => `${id} at ${target}: ${help}`));
        }
        """;

    /// <summary>Addresses, and a text that is there when the page is complete.</summary>
    private static readonly (string Path, string Text)[] Guest =
    [
        ("/", "Things made to be kept"), ("/?q=zzzz", "Nothing found"), ("/products/{product}", "Add to cart"),
        ("/cart", "Your cart is empty"), ("/sign-in", "New here?"), ("/register", "Already a customer?"),
        ("/how-it-works", "hop by hop"),
    ];

    private static readonly (string Path, string Text)[] Customers =
    [
        ("/cart", "Go to checkout"), ("/checkout", "How do you pay?"), ("/orders", "My orders"),
        ("/orders/{order}", "What happened"), ("/account", "Delete my account"), ("/how-it-works", "One transaction"),
    ];

    private static readonly (string Path, string Text)[] Desk =
    [
        ("/operator", "The last hour"), ("/operator/orders/{order}", "Calls to the bank"),
        ("/operator/letters", "Given up by Orders"), ("/operator/products", "Article"),
        ("/operator/products?id={product}", "In the catalogue"), ("/operator/books", "The last comparisons"),
        ("/operator/accounts", "Make"), ("/operator/keys", "Signs from"),
        ("/how-it-works", "Deliver the last messages twice"),
    ];

    [Fact]
    public async Task Can_be_used_by_everybody_in_both_themes_and_on_a_phone()
    {
        using var seller = await shop.OperatorAsync();
        var product = await seller.NewProductAsync();
        await using var visit = await Visit.BeginAsync(shop);
        List<string> complaints = [];
        await LookAsync(Guest, Guid.Empty);
        await visit.RegisterAsync();
        await visit.PutIntoCartAsync(product);
        var order = await visit.OrderAsync();
        await visit.SeesAsync("Your parcel was delivered.");
        await visit.PutIntoCartAsync(product);
        await LookAsync(Customers, order);
        await visit.GoAsync("/account");
        await visit.PressAsync("Sign out");
        await visit.SeesAsync("Things made to be kept");
        await visit.SignInAsync("operator@shop.example");
        await visit.GoAsync("/how-it-works");
        await visit.PressAsync("Buy with a good card");
        await visit.SeesAsync("It has arrived.");
        await LookAsync(Desk, order);

        Assert.True(complaints is [], string.Join('\n', complaints));
        visit.HasNothingToComplainOf();

        async Task LookAsync((string Path, string Text)[] pages, Guid placed)
        {
            foreach (var (path, text) in pages)
            {
                await visit.GoAsync(path
                    .Replace("{product}", $"{product}", StringComparison.Ordinal)
                    .Replace("{order}", $"{placed}", StringComparison.Ordinal));
                await visit.SeesAsync(text is "What happened" ? "We have your order" : text);
                await visit.Page.EvaluateAsync(Axe);

                // A theme changes colours and nothing else, a width where things stand and how large they are.
                await CheckAsync($"{path}, wide", Guidelines);
                await visit.Page.EmulateMediaAsync(new() { ColorScheme = Microsoft.Playwright.ColorScheme.Dark });
                await CheckAsync($"{path}, dark", Contrast);
                await visit.Page.SetViewportSizeAsync(360, 740);
                await CheckAsync($"{path}, phone", Layout);
                await visit.Page.EmulateMediaAsync(new() { ColorScheme = Microsoft.Playwright.ColorScheme.Light });
                await visit.Page.SetViewportSizeAsync(1280, 860);
            }
        }

        async Task CheckAsync(string where, AxeRules rules)
        {
            var tooWide = await visit.Page.EvaluateAsync<int>(
                "() => document.documentElement.scrollWidth - innerWidth");
            if (tooWide > 0)
                complaints.Add($"{where} is {tooWide} pixels too wide.");

            complaints.AddRange((await visit.Page.EvaluateAsync<string[]>(RunAxe, rules))
                .Select(violation => $"{where}: {violation}"));
        }
    }

    [Fact]
    public async Task Loads_little_at_first()
    {
        await using var visit = await Visit.BeginAsync(shop);
        var bytes = 0L;
        var requests = 0;
        visit.Page.RequestFinished += async (_, request) =>
        {
            var sizes = await request.SizesAsync();
            Interlocked.Add(ref bytes, sizes.ResponseBodySize + sizes.ResponseHeadersSize);
            Interlocked.Increment(ref requests);
        };
        await visit.GoAsync("/");
        await Microsoft.Playwright.Assertions.Expect(visit.Page.Locator(".card").First).ToBeVisibleAsync();
        var firstProduct = await visit.Page.EvaluateAsync<double>("() => performance.now()");
        await visit.Page.WaitForLoadStateAsync(Microsoft.Playwright.LoadState.NetworkIdle);

        var figures = string.Create(
            CultureInfo.InvariantCulture,
            $"{requests} requests, {bytes} bytes, the first product after {firstProduct:0} ms");
        TestContext.Current.SendDiagnosticMessage(figures);
        Assert.True(bytes is > 0 and < MaxFirstLoad, figures);
        visit.HasNothingToComplainOf();
    }

    // Every part comes late enough that what was there before it has been painted.
    [Theory]
    [InlineData("/", ".card", 1280)]
    [InlineData("/", ".card", 360)]
    [InlineData("/cart", ".empty", 1280)]
    [InlineData("/sign-in", "form .button", 1280)]
    [InlineData("/", ".card", 360, "alice@shop.example")]
    [InlineData("/", ".card", 1280, "operator@shop.example")]
    public async Task Does_not_jump_when_its_parts_come_late(
        string path, string content, int width, string? signedInAs = null)
    {
        await using var visit = await Visit.BeginAsync(shop);
        if (signedInAs is not null)
            await visit.SignInAsync(signedInAs);

        await visit.Page.SetViewportSizeAsync(width, 740);
        await visit.Page.AddInitScriptAsync(
            """
            window.shifts = [];
            const nameOf = node => node?.id || node?.className || node?.nodeName;
            const boxOf = box => `${box.x},${box.y} ${box.width}x${box.height}`;
            const moveOf = ({ node, previousRect, currentRect }) =>
                `${nameOf(node)} from ${boxOf(previousRect)} to ${boxOf(currentRect)}`;
            new PerformanceObserver(list => list.getEntries().forEach(({ value, sources }) =>
                window.shifts.push([value, ...sources.map(moveOf)].join("; "))))
                .observe({ type: "layout-shift", buffered: true });
            """);
        foreach (var part in (string[])["**/js/app.js", "**/api/users/session/refresh", "**/api/products?*"])
        {
            await visit.Page.RouteAsync(part, async route =>
            {
                await visit.Page.EvaluateAsync(
                    """
                    () => new Promise(resolve => new PerformanceObserver(
                        () => requestAnimationFrame(() => requestAnimationFrame(resolve)))
                        .observe({ type: "paint", buffered: true }))
                    """);
                await route.ContinueAsync();
            });
        }

        await visit.GoAsync(path);
        await Microsoft.Playwright.Assertions.Expect(visit.Page.Locator(content).First).ToBeVisibleAsync();

        var shifts = await visit.Page.EvaluateAsync<string[]>(
            "() => new Promise(resolve => requestAnimationFrame(() => requestAnimationFrame(resolve)))"
                + ".then(() => window.shifts)");
        Assert.True(shifts is [], string.Join('\n', shifts));
    }

    [Fact]
    public async Task Of_the_api_is_one_page_that_asks_as_whoever_is_signed_in()
    {
        await using var visit = await Visit.BeginAsync(shop);
        await visit.RegisterAsync();

        await visit.GoAsync("/reference");

        foreach (var text in (string[])["Everything behind the gateway.", "Catalogue", "Payments", "Shipping"])
        {
            await Microsoft.Playwright.Assertions.Expect(visit.Page.GetByText(text).First)
                .ToBeVisibleAsync(new() { Timeout = 60_000 });
        }

        var isSignedIn = await visit.Page.EvaluateAsync<bool>(
            """
            async () => {
                const [path] = /\/assets\/[0-9a-f]+/.exec(await (await fetch("/")).text());
                const { default: settings } = await import(`${path}/js/reference.js`);
                const headers = new Headers();
                await settings.onBeforeRequest({ requestBuilder: { headers } });
                return (headers.get("Authorization") ?? "").startsWith("Bearer ");
            }
            """);
        Assert.True(isSignedIn);
        visit.HasNothingToComplainOf();
    }

    /// <summary>Products without a motif have a vase each: every one of its outlines must be one.</summary>
    [Fact]
    public async Task Draws_every_vase()
    {
        await using var visit = await Visit.BeginAsync(shop);
        await visit.GoAsync("/");

        var broken = await visit.Page.EvaluateAsync<string[]>(
            """
            async () => {
                const [assets] = /\/assets\/[0-9a-f]+/.exec(await (await fetch("/")).text());
                const { vase } = await import(`${assets}/js/motifs.js`);
                const outlines = Array.from({ length: 1 << 17 }, (_, number) => vase(number)[0][1].d);
                const isPath = d => /^[MLHVCSQTAZ\s,]+$/i.test(d.replace(/-?\d+(\.\d+)?/g, ""));
                return outlines.length ? outlines.filter(d => !isPath(d)).slice(0, 5) : ["nothing drawn"];
            }
            """);

        Assert.Empty(broken);
    }

    /// <summary>Which rules of axe-core to look at: those with a tag, or single ones.</summary>
    private sealed record AxeRules(string Type, string[] Values);
}
