using System.Text;
using StackExchange.Redis;

namespace Shop.Tests.StandIns;

public class RedisValues
{
    [Fact]
    public void Are_what_went_in()
    {
        Assert.Equal("lamp", (string?)(RedisValue)"lamp");
        Assert.Equal("Ünïcode", Encoding.UTF8.GetString((byte[])((RedisValue)"Ünïcode")!));
        Assert.Equal(long.MinValue, (long)(RedisValue)long.MinValue);
        Assert.Equal(0.1, (double)(RedisValue)0.1);
        Assert.Equal(new byte[] { 0, 255, 13 }, (byte[]?)(RedisValue)new byte[] { 0, 255, 13 });
        Assert.True((bool)(RedisValue)true);
    }

    [Fact]
    public void Read_as_text_as_numbers_and_as_truth()
    {
        RedisValue seven = "7", one = "1"u8.ToArray();

        Assert.Equal((7, 7L, 7.0), ((int)seven, (long)seven, (double)seven));
        Assert.True((bool)one);
        Assert.Equal("42", (string?)(RedisValue)42);
        Assert.Equal("-1.5", (string?)(RedisValue)(-1.5));
    }

    [Fact]
    public void Are_equal_by_what_they_mean()
    {
        Assert.Equal((RedisValue)"7", (RedisValue)7);
        Assert.Equal((RedisValue)"lamp", (RedisValue)"lamp"u8.ToArray());
        Assert.Equal(((RedisValue)"7").GetHashCode(), ((RedisValue)7).GetHashCode());
        Assert.NotEqual((RedisValue)"lamp", (RedisValue)"Lamp");
    }

    [Fact]
    public void Tell_nothing_from_empty()
    {
        Assert.Equal((true, true, false), (RedisValue.Null.IsNull, RedisValue.Null.IsNullOrEmpty, RedisValue.Null.HasValue));
        Assert.Equal((false, true, false), (RedisValue.EmptyString.IsNull, RedisValue.EmptyString.IsNullOrEmpty, RedisValue.EmptyString.HasValue));
        Assert.NotEqual(RedisValue.Null, RedisValue.EmptyString);
        Assert.Null((string?)RedisValue.Null);
        Assert.Null((long?)RedisValue.Null);
    }

    [Fact]
    public void Count_from_zero_when_there_is_nothing_yet() =>
        Assert.Equal((0, 0L, 0.0, false), ((int)RedisValue.Null, (long)RedisValue.Null, (double)RedisValue.Null, (bool)RedisValue.Null));

    [Fact]
    public void Never_become_a_number_that_they_are_not()
    {
        Assert.Throws<InvalidCastException>(() => (long)(RedisValue)"lamp");
        Assert.Throws<InvalidCastException>(() => (bool)(RedisValue)2);
        Assert.Throws<OverflowException>(() => (int)(RedisValue)long.MaxValue);
        Assert.False(((RedisValue)"lamp").TryParse(out long _));
        Assert.True(((RedisValue)"-12").TryParse(out long number));
        Assert.Equal(-12, number);
    }

    [Fact]
    public void Name_keys_that_are_bytes_and_text_alike()
    {
        RedisKey text = "orders:7", bytes = "orders:7"u8.ToArray();

        Assert.Equal(text, bytes);
        Assert.Equal("orders:7", (string?)bytes);
        Assert.Equal("shop:orders:7", (string?)text.Prepend("shop:"));
        Assert.Equal("orders:7:lines", (string?)text.Append(":lines"));
    }
}
