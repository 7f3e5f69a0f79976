using Microsoft.AspNetCore.Builder;

namespace Shop.Tests.Hosting;

/// <summary>A service that is up in no time and says which process answers.</summary>
internal static class SmallService
{
    public static void Run()
    {
        var app = WebApplication.CreateSlimBuilder().Build();
        app.MapGet("/", () => Environment.ProcessId);
        app.Run();
    }
}
