using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Shop.Tests.Hosting;

/// <summary>A service that is up in no time and says which process answers; it is ready until it is told to be unready.</summary>
internal static class SmallService
{
    public static void Run()
    {
        var app = WebApplication.CreateSlimBuilder().Build();
        var isReady = true;
        app.MapGet("/", () => Environment.ProcessId);
        app.MapGet("/ready", () => isReady ? Results.Ok() : Results.StatusCode(StatusCodes.Status503ServiceUnavailable));
        app.MapGet("/unready", () =>
        {
            isReady = false;
            return Environment.ProcessId;
        });
        app.Run();
    }
}
