using Npgsql;
using Shop.Messaging;
using StackExchange.Redis;

namespace Shop.Tests.Messaging;

public class AnOutage
{
    [Theory]
    [InlineData("08006", "the connection broke")]
    [InlineData("25006", "a standby that has not yet taken over")]
    [InlineData("25P03", "the session was ended for idling in a transaction")]
    [InlineData("28P01", "the password is being changed")]
    [InlineData("3D000", "the database is being restored")]
    [InlineData("53300", "too many connections")]
    [InlineData("55000", "the database takes no connections")]
    [InlineData("57P03", "the server starts")]
    [InlineData("58030", "the disk fails")]
    public void Explains_a_failure_that_no_message_is_guilty_of(string state, string what) =>
        Assert.True(Outage.Explains(new InvalidOperationException(what, Failure(state))));

    [Theory]
    [InlineData("22P02")]
    [InlineData("23505")]
    [InlineData("23514")]
    [InlineData("42703")]
    [InlineData("57014")]
    public void Explains_no_failure_that_may_be_the_messages_own(string state) => Assert.False(Outage.Explains(Failure(state)));

    [Fact]
    public void Of_redis_is_one_too() => Assert.True(Outage.Explains(new RedisConnectionException(ConnectionFailureType.SocketFailure, CommandFlags.None, "gone")));

    private static PostgresException Failure(string state) => new("It failed.", "ERROR", "ERROR", state);
}
