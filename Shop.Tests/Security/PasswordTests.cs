using System.Net;
using System.Security.Cryptography;
using Shop.ServiceDefaults;
using Shop.Tests.Distributed;
using Shop.Users;

namespace Shop.Tests.Security;

[Collection(nameof(SharedShop)), Trait("Checklist", "A3")]
public class PasswordTests(SharedShop shop)
{
    private static readonly string[] Animals =
    [
        "🐈", "🐎", "🦊", "🐢", "🦉", "🐟", "🐝", "🐘", "🦔", "🐧", "🐍", "🐬", "🦀", "🐐", "🐇", "🐪",
    ];

    public static TheoryData<string, string> Refused => new()
    {
        { "11 characters", "fjord-mango" },
        { "11 characters that are more bytes and more UTF-16", Cats(11) },
        { "129 characters", Long(129) },
        { "4 KB", Long(4096) },
        { "blanks only", new string(' ', 20) },
        { "one letter", new string('x', 40) },
        { "one cat", string.Concat(Enumerable.Repeat("🐈", 20)) },
        { "a leaked one", "Password123456" },
        { "a leaked one with blanks", "correct horse battery staple" },
        { "a walk over the keyboard", "qwertyuiopasdf" },
        { "the shop's name and a word", "shop-password-1" },
        { "U+0000", "a long walk\0on the beach" },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task Common_too_short_and_too_long_passwords_are_refused(string what, string password)
    {
        var holder = new AccountHolder(shop);

        var answer = await holder.TryRegisterAsync(typed: password);

        Assert.True(answer.StatusCode == HttpStatusCode.BadRequest, $"{what}: {answer.StatusCode}");

        Assert.Equal(
            0,
            await shop.ScalarAsync<long>(
                "usersdb", "SELECT count(*) FROM users.accounts WHERE email = $1", holder.Email));
    }

    [Fact]
    public async Task The_owners_name_or_address_is_refused()
    {
        var holder = new AccountHolder(shop, "penelope.waters@accounts.example");

        foreach (var password in (string[])[
            "penelope.waters", "Penelope.Waters1", "penelopewaters12", "penelope.waters@accounts.example",
        ])
            Assert.Equal(
                HttpStatusCode.BadRequest,
                (await holder.TryRegisterAsync(typed: password, name: "Penelope Waters")).StatusCode);
    }

    public static TheoryData<string, string, string> Pairs => new()
    {
        { "72 characters and one more", Long(72) + "y", Long(72) + "z" },
        { "128 characters", Long(127) + "y", Long(127) + "z" },
        { "composed and combining", "caf\u00e9 au lait, si'l vous plait", "cafe\u0301 au lait, si'l vous plait" },
        { "a blank at the end", "two boats on a green lake ", "two boats on a green lake" },
        { "capitals", "Two Boats on a Green Lake", "two boats on a green lake" },
        { "128 emoji, of which one differs", Cats(128), Cats(127) + "🐕" },
        { "full width letters", "two boats on a ｇreen lake", "two boats on a green lake" },
    };

    [Theory]
    [MemberData(nameof(Pairs))]
    public async Task A_password_is_taken_exactly_as_typed(string what, string typed, string nearly)
    {
        var holder = await AccountHolder.RegisteredAsync(shop, typed);

        var answer = await holder.TrySignInAsync(nearly);

        Assert.True(answer.StatusCode == HttpStatusCode.Unauthorized, $"{what}: {answer.StatusCode}");
        await holder.SignInAsync();
    }

    [Fact]
    public async Task A_changed_password_follows_the_same_rules()
    {
        var holder = await AccountHolder.RegisteredAsync(shop);
        var tokens = await holder.SignInAsync();

        foreach (var next in (string[])["fjord-mango", "Password123456", Long(129)])
        {
            var problem = await Customer.Read(
                await holder.ChangePasswordAsync(tokens, AccountHolder.FirstPassword, next), HttpStatusCode.BadRequest);
            Assert.Equal(["newPassword"], problem["errors"]!.AsObject().Select(error => error.Key));
        }

        await holder.SignInAsync();
    }

    // Without any pattern, and the same each time.
    private static string Long(int length) => string.Concat(
        Enumerable.Range(0, (length / 128) + 1)
            .Select(part => Convert.ToHexStringLower(SHA512.HashData([(byte)part]))))[..length];

    private static string Cats(int length) =>
        string.Concat(Long(length).Select(digit => Animals[Convert.ToInt32(digit.ToString(), 16)]));
}

/// <summary>The rules alone, without the shop.</summary>
[Trait("Checklist", "A3")]
public class CommonPasswordTests
{
    // The beginning of every published list of leaked passwords, and what people make of them to get to twelve
    // characters.
    private const string Leaked = """
        123456 password 123456789 12345678 12345 qwerty 1234567 111111 123123 abc123 1234567890 password1 1234
        qwerty123 000000 iloveyou aa12345678 1q2w3e4r5t qwertyuiop monkey dragon 123321 654321 666666 121212 sunshine
        princess letmein football shadow master 987654321 1qaz2wsx superman welcome admin michael charlie ashley
        bailey passw0rd jordan harley hunter trustno1 ranger buster thomas robert soccer batman test pass killer
        hockey george andrew maggie daniel starwars klaster 112233 computer michelle jessica pepper 1111 zxcvbn 555555
        11111111 131313 freedom 777777 pussy 159753 696969 mustang access baseball summer ginger corvette austin
        biteme hello 7777777 joshua amanda nicole matthew taylor 6969 merlin cheese 88888888 yankees zxcvbnm asdfgh
        asdfghjkl 1q2w3e4r 1q2w3e qazwsx 123qwe zaq12wsx whatever nothing secret login internet google samsung orange
        banana purple flower chocolate butterfly angel lovely friends family jennifer justin chelsea liverpool arsenal
        barcelona ronaldo pokemon naruto minecraft blink182 eminem metallica slipknot
        """;

    [Fact]
    public void Passwords_of_published_lists_are_refused_also_when_stretched_to_the_minimum_length()
    {
        string[] endings = ["", "1", "123", "1234", "12345", "123456", "!", "123!", "1234567890"];
        string[] candidates =
        [
            .. from word in Leaked.Split((char[])[' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries)
               from ending in endings
               select word + ending,
            .. Leaked.Split((char[])[' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries)
                .Select(word => string.Concat(word, word, word)),
        ];
        Assert.InRange(candidates.Length, 1000, 10_000);

        Assert.DoesNotContain(candidates, IsAllowed);
    }

    [Theory]
    [InlineData("a long walk on the beach")]
    [InlineData("three boats on a green lake")]
    [InlineData("seven herons over the harbour")]
    [InlineData("Tr0ub4dor&3-plus")]
    [InlineData("passages through the alps")]
    [InlineData("hJ8!kq2Zr#9w")]
    [InlineData("моя бабушка печёт пироги")]
    [InlineData("我喜欢在海边散步看日落听风声")]
    public void Passwords_that_people_make_up_are_accepted(string password) => Assert.True(IsAllowed(password));

    private static bool IsAllowed(string password)
    {
        var validation = new Validation();
        PasswordRules.Check(validation, "password", password, "somebody@customers.example", "Some Body");
        return !validation.Failed;
    }
}
