using System.Collections.Concurrent;
using Aspire.Hosting.Testing;
using Microsoft.Playwright;
using Shop.Tests.Distributed;

namespace Shop.Tests.Storefront;

/// <summary>
/// Somebody with cookies, storage and tabs of their own. What the browser complains of (errors of scripts,
/// refusals by the content security policy) is remembered and fails the test at its end.
/// </summary>
internal sealed class Visit : IAsyncDisposable
{
    public const string Password = "a long walk on the beach";

    /// <summary>Of the demo accounts; too well known for anybody else.</summary>
    private const string DemoPassword = "correct horse battery staple";
    private const float LongestWait = 120_000;

    private readonly ConcurrentQueue<string> _complaints = new();

    private Visit(IBrowserContext context, IPage page) => (Context, Page) = (context, page);

    public IBrowserContext Context { get; }

    public IPage Page { get; private set; }

    public static async Task<Visit> BeginAsync(RunningShop shop)
    {
        var browser = await Chromium.BrowserAsync();
        var context = await browser.NewContextAsync(new()
        {
            BaseURL = shop.App.GetEndpoint("gateway", "http").ToString(),
            ColorScheme = ColorScheme.Light,
            ReducedMotion = ReducedMotion.Reduce,
            ViewportSize = new() { Width = 1280, Height = 860 },
        });
        context.SetDefaultTimeout(LongestWait);
        var visit = new Visit(context, await context.NewPageAsync());
        visit.Watch(visit.Page);
        return visit;
    }

    /// <summary>Another tab of the same browser.</summary>
    public async Task<IPage> NewTabAsync()
    {
        var tab = await Context.NewPageAsync();
        Watch(tab);
        return tab;
    }

    public Task<IResponse?> GoAsync(string path) => Page.GotoAsync(path);

    /// <summary>What is hidden is not seen, although it is in the page.</summary>
    public Task SeesAsync(string text) => Assertions.Expect(Page.GetByRole(AriaRole.Main))
        .ToContainTextAsync(text, new() { Timeout = LongestWait, UseInnerText = true });

    public Task PressAsync(string button) =>
        Page.GetByRole(AriaRole.Main).GetByRole(AriaRole.Button, new() { Name = button, Exact = true }).ClickAsync();

    /// <summary>A new account, signed in.</summary>
    public async Task<string> RegisterAsync()
    {
        var email = $"{Guid.CreateVersion7():N}@customers.example";
        await GoAsync("/register");
        await Page.GetByLabel("Name").FillAsync("Ada Example");
        await Page.GetByLabel("E-mail").FillAsync(email);
        await Page.GetByLabel("Password").FillAsync(Password);
        await PressAsync("Create account");
        await IsSignedInAsync();
        return email;
    }

    /// <summary>As one of the demo accounts.</summary>
    public async Task SignInAsync(string email)
    {
        await GoAsync("/sign-in");
        await Page.GetByLabel("E-mail").FillAsync(email);
        await Page.GetByLabel("Password").FillAsync(DemoPassword);
        await PressAsync("Sign in");
        await IsSignedInAsync();
    }

    public async Task PutIntoCartAsync(Guid product)
    {
        await GoAsync($"/products/{product}");
        await PressAsync("Add to cart");
        await SeesAsync("It is in your cart");
    }

    /// <summary>From the cart to the page of the order; gives its id.</summary>
    public async Task<Guid> OrderAsync(string card = "A card that works")
    {
        await GoAsync("/checkout");
        await SeesAsync("How do you pay?");
        if (await Page.GetByLabel("Street and number").IsVisibleAsync())
        {
            await Page.GetByLabel("Street and number").FillAsync("Lindenstr. 7");
            await Page.GetByLabel("Postal code").FillAsync("10969");
            await Page.GetByLabel("City").FillAsync("Berlin");
        }

        await Page.Locator("label").Filter(new() { HasText = card }).ClickAsync();
        await PressAsync("Place the order");
        await SeesAsync("We have your order and keep its items for you.");
        return Guid.Parse(Page.Url.Split('/')[^1]);
    }

    /// <summary>Nothing went wrong in the browser but what is <paramref name="expected"/>.</summary>
    public void HasNothingToComplainOf(params string[] expected)
    {
        var complaints = _complaints.Where(
            complaint => !expected.Any(text => complaint.Contains(text, StringComparison.Ordinal))).ToArray();
        Assert.True(complaints is [], string.Join('\n', complaints));
    }

    public ValueTask DisposeAsync() => Context.DisposeAsync();

    // What the page says instead is in the failure.
    private async Task IsSignedInAsync()
    {
        await SeesAsync("Things made to be kept");
        await Assertions.Expect(Page.GetByRole(AriaRole.Navigation, new() { Name = "Main" }))
            .ToContainTextAsync("Account", new() { Timeout = LongestWait });
    }

    private void Watch(IPage page)
    {
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning")
                _complaints.Enqueue($"{page.Url}: {message.Text} {message.Location}");
        };
        page.PageError += (_, error) => _complaints.Enqueue($"{page.Url}: {error}");
    }
}
