using System.Net;
using StackExchange.Redis;

namespace Shop.Tests.StandIns;

public class RedisOptionsAsText
{
    [Fact]
    public void Are_read_name_by_name()
    {
        var options = ConfigurationOptions.Parse(
            "redis:6400,10.0.0.1:7000,user=orders,password=a=b,name=orders-1,"
            + "ssl=true,abortConnect=false,connectRetry=5,connectTimeout=250,defaultDatabase=2");

        Assert.Equal([new DnsEndPoint("redis", 6400), new IPEndPoint(IPAddress.Parse("10.0.0.1"), 7000)], options.EndPoints);
        Assert.Equal(("orders", "a=b", "orders-1"), (options.User, options.Password, options.ClientName));
        Assert.Equal((true, false), (options.Ssl, options.AbortOnConnectFail));
        Assert.Equal((5, 250, 2), (options.ConnectRetry, options.ConnectTimeout, options.DefaultDatabase!.Value));
    }

    [Fact]
    public void Say_what_they_are_when_nothing_is_said()
    {
        var options = ConfigurationOptions.Parse("redis");

        Assert.Equal((true, false), (options.AbortOnConnectFail, options.Ssl));
        Assert.Equal((3, 5000, 5000), (options.ConnectRetry, options.ConnectTimeout, options.SyncTimeout));
        Assert.Equal((null, null, null), (options.User, options.Password, options.DefaultDatabase));
    }

    [Fact]
    public void Hide_the_password_where_asked_to()
    {
        var options = ConfigurationOptions.Parse("redis:6400,user=orders,password=geheim");

        Assert.Equal("redis:6400,user=orders,password=*****", options.ToString(includePassword: false));
    }

    [Fact]
    public void Come_back_the_same_when_written_with_the_password()
    {
        const string Text = "redis:6400,10.0.0.1:7000,user=orders,password=geheim,ssl=True,abortConnect=False,defaultDatabase=2";

        var again = ConfigurationOptions.Parse(ConfigurationOptions.Parse(Text).ToString(includePassword: true));

        Assert.Equal(Text, again.ToString(includePassword: true));
    }

    [Theory]
    [InlineData("redis,colour=red")]
    [InlineData("redis,ssl=perhaps")]
    [InlineData("redis,connectRetry=often")]
    public void Are_refused_when_they_make_no_sense(string text) =>
        Assert.ThrowsAny<ArgumentException>(() => ConfigurationOptions.Parse(text));

    [Theory]
    [InlineData("1", true)]
    [InlineData("0", false)]
    [InlineData("Yes", true)]
    [InlineData("off", false)]
    public void Take_every_word_for_yes_and_no(string text, bool meant) =>
        Assert.Equal(meant, ConfigurationOptions.Parse($"redis,ssl={text}").Ssl);

    [Fact]
    public void Pass_over_unknown_names_where_allowed() =>
        Assert.Equal("redis", Assert.IsType<DnsEndPoint>(Assert.Single(ConfigurationOptions.Parse("redis,colour=red", ignoreUnknown: true).EndPoints)).Host);

    [Fact]
    public void Are_copied_and_not_shared()
    {
        var options = ConfigurationOptions.Parse("redis:6400,password=geheim");

        var copy = options.Clone();
        copy.Password = "other";
        copy.EndPoints.Add("more", 7000);

        Assert.Equal("geheim", options.Password);
        Assert.Single(options.EndPoints);
    }
}
