using System.Net.Sockets;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Shop.ServiceDefaults;

namespace Shop.Tests.Unit;

/// <summary>Which exceptions are worth another attempt, and which are a mistake of ours.</summary>
public class ExceptionProblemsTests
{
    public static TheoryData<Exception, int> Exceptions => new()
    {
        { new SocketException(), 503 },
        { new TimeoutException(), 503 },
        { new HttpRequestException(), 503 },
        { new NpgsqlException("", new IOException()), 503 },
        { new InvalidOperationException("", new TimeoutException()), 503 },
        { Refused("57P01"), 503 },
        { Refused("42P01"), 500 },
        { new IOException(), 500 },
        { new InvalidOperationException(), 500 },
    };

    [Theory(DisableDiscoveryEnumeration = true)]
    [MemberData(nameof(Exceptions))]
    public async Task What_is_away_is_503_and_what_is_wrong_is_500(Exception exception, int status)
    {
        await using var services = new ServiceCollection().AddLogging().BuildServiceProvider();
        var context = new DefaultHttpContext { RequestServices = services };

        await new ExceptionProblems(NullLogger<ExceptionProblems>.Instance)
            .TryHandleAsync(context, exception, TestContext.Current.CancellationToken);

        Assert.Equal(status, context.Response.StatusCode);
    }

    private static PostgresException Refused(string state) => new("", "ERROR", "ERROR", state);
}
