using Microsoft.Playwright;
using Shop.Tests.Distributed;
using static Microsoft.Playwright.Assertions;

namespace Shop.Tests.Storefront;

/// <summary>A session of a browser is one for all its tabs, and its tokens are where no script keeps them.</summary>
[Collection(nameof(SharedShop)), Trait("Category", "Browser")]
public sealed class SessionPagesTests(SharedShop shop)
{
    /// <summary>Makes the page believe that its token has expired, then asks for one.</summary>
    private const string Renew =
        """
        async () => {
            const app = document.querySelector('script[type=module]').src;
            const { session } = await import(app.replace('app.js', 'session.js'));
            const before = await session.token();
            session.distrust(before);
            const after = await session.token();
            return Boolean(before && after && before !== after);
        }
        """;

    [Fact]
    public async Task Two_tabs_that_renew_at_once_both_stay_signed_in()
    {
        await using var visit = await Visit.BeginAsync(shop);
        await visit.RegisterAsync();
        var other = await visit.NewTabAsync();
        await other.GotoAsync("/account");
        await Expect(other.GetByText("Hello, Ada Example")).ToBeVisibleAsync();

        var renewed = await Task.WhenAll(
            visit.Page.EvaluateAsync<bool>(Renew), other.EvaluateAsync<bool>(Renew),
            visit.Page.EvaluateAsync<bool>(Renew));

        Assert.Equal([true, true, true], renewed);
        await other.ReloadAsync();
        await Expect(other.GetByText("Hello, Ada Example")).ToBeVisibleAsync();
        visit.HasNothingToComplainOf();
    }

    [Fact]
    public async Task Signing_out_ends_every_tab_and_leaves_nothing_behind_the_back_button()
    {
        await using var visit = await Visit.BeginAsync(shop);
        await visit.RegisterAsync();
        var other = await visit.NewTabAsync();
        await other.GotoAsync("/orders");
        await Expect(other.GetByText("No orders yet")).ToBeVisibleAsync();
        await visit.GoAsync("/account");
        await visit.SeesAsync("Hello, Ada Example");

        await visit.PressAsync("Sign out");

        await Expect(visit.Page.GetByText("Things made to be kept")).ToBeVisibleAsync();
        await Expect(other.GetByRole(AriaRole.Heading, new() { Name = "Sign in" })).ToBeVisibleAsync();
        await visit.Page.GoBackAsync();
        await Expect(visit.Page.GetByText("Hello, Ada Example")).ToBeHiddenAsync();
        Assert.Empty(await visit.Context.CookiesAsync());
        visit.HasNothingToComplainOf();
    }

    [Fact]
    public async Task No_script_can_read_the_tokens()
    {
        await using var visit = await Visit.BeginAsync(shop);
        await visit.RegisterAsync();

        var stored = await visit.Page.EvaluateAsync<string>(
            "() => JSON.stringify({ ...localStorage, ...sessionStorage }) + document.cookie");

        Assert.Equal("""{"shop-signed-in":"customer"}""", stored);
        var cookie = Assert.Single(await visit.Context.CookiesAsync(), cookie => cookie.Name == "shop-session");
        Assert.True(cookie.HttpOnly);
        Assert.Equal(SameSiteAttribute.Strict, cookie.SameSite);
    }

    [Fact]
    public async Task Whoever_comes_for_a_page_of_their_own_signs_in_and_gets_there()
    {
        await using var visit = await Visit.BeginAsync(shop);
        var email = await visit.RegisterAsync();
        await visit.GoAsync("/account");
        await visit.PressAsync("Sign out");
        await visit.SeesAsync("Things made to be kept");
        await visit.GoAsync("/orders");
        await visit.SeesAsync("Sign in");

        await visit.Page.GetByLabel("E-mail").FillAsync(email);
        await visit.Page.GetByLabel("Password").FillAsync("wrong by intention");
        await visit.PressAsync("Sign in");
        await visit.SeesAsync("The e-mail address or the password is wrong.");
        await visit.Page.GetByLabel("Password").FillAsync(Visit.Password);
        await visit.PressAsync("Sign in");

        await visit.SeesAsync("No orders yet");
        Assert.EndsWith("/orders", visit.Page.Url, StringComparison.Ordinal);
        visit.HasNothingToComplainOf("401");
    }
}
