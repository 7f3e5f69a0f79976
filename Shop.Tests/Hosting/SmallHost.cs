using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;

namespace Shop.Tests.Hosting;

/// <summary>An app host with one resource of each kind. It runs in the process, and under the name, of the shop's own.</summary>
internal static class SmallHost
{
    public const string ArgumentsVariable = "SHOP_TESTS_ARGUMENTS";

    public static void Run()
    {
        var builder = DistributedApplication.CreateBuilder((Environment.GetEnvironmentVariable(ArgumentsVariable) ?? "").Split(' '));
        var postgres = builder.AddPostgres("postgres").WithDataVolume();
        postgres.AddDatabase("shelf");
        builder.AddRedis("redis").WithDataVolume().WithPersistence();
        builder.AddExecutable("family", "/bin/sh", "/", "-c", "sleep 1000 & sleep 1000 & wait");
        builder.AddProject<Projects.Shop_Shipping>("service")
            .WithHttpEndpoint().WithHttpHealthCheck().WithReplicas(2)
            .WithEnvironment(StartupHook.Variable, StartupHook.Path)
            .WithEnvironment(StartupHook.ProgramVariable, nameof(SmallService));
        builder.Eventing.Subscribe<ConnectionStringAvailableEvent>(TellAsync);
        builder.Build().Run();
    }

    private static async Task TellAsync(ConnectionStringAvailableEvent available, CancellationToken cancel) =>
        Console.WriteLine($"connection {available.Resource.Name} {await ((IResourceWithConnectionString)available.Resource).GetConnectionStringAsync(cancel)}");
}
