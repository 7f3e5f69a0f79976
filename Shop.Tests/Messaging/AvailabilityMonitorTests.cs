using Npgsql;
using Shop.Messaging;
using StackExchange.Redis;

namespace Shop.Tests.Messaging;

public class AvailabilityMonitorTests
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
    public void An_error_of_the_server_means_that_it_is_unavailable(string state, string what) =>
        Assert.True(AvailabilityMonitor.IsUnavailability(new InvalidOperationException(what, Failure(state))));

    [Theory]
    [InlineData("22P02")]
    [InlineData("23505")]
    [InlineData("23514")]
    [InlineData("42703")]
    [InlineData("57014")]
    public void An_error_that_the_message_may_have_caused_does_not(string state) =>
        Assert.False(AvailabilityMonitor.IsUnavailability(Failure(state)));

    [Fact]
    public void A_lost_connection_to_Redis_means_that_it_is_unavailable() =>
        Assert.True(AvailabilityMonitor.IsUnavailability(
            new RedisConnectionException(ConnectionFailureType.SocketFailure, CommandFlags.None, "gone")));

    private static PostgresException Failure(string state) => new("It failed.", "ERROR", "ERROR", state);
}
