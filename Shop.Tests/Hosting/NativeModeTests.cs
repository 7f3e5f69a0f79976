using System.Globalization;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;

namespace Shop.Tests.Hosting;

/// <summary>Which of the two ways to run its servers an application takes.</summary>
public sealed class NativeModeTests : IDisposable
{
    // Whoever runs the tests may have decided, by the environment.
    private const string Undecided = "--Native=";

    private readonly TemporaryHome _home = new();

    public void Dispose() => _home.Dispose();

    [Theory]
    [InlineData("--Native=false")]
    [InlineData("--Native=true", "--operation", "publish", "--publisher", "manifest", "--output-path", "unused.json")]
    public void Native_servers_keep_the_model(params string[] settings)
    {
        var builder = SmallHost.Compose(settings);

        AssertContainers(builder);
    }

    [Fact]
    public void An_engine_that_answers_gets_the_containers() =>
        AssertContainers(SmallHost.Compose([Undecided, WithEngine("exit 0")]));

    [Theory]
    [InlineData("exit 1")]
    [InlineData(null)]
    public void Without_an_engine_that_answers_the_servers_run_natively(string? script)
    {
        var builder = SmallHost.Compose([Undecided, script is null ? "--PATH=" : WithEngine(script)]);

        Assert.Empty(builder.Resources.OfType<ContainerResource>());
        Assert.Equal(
            ["postgres", "redis"], builder.Resources.OfType<ExecutableResource>().Select(server => server.Name));
    }

    [Fact]
    public void No_outgoing_connection_can_take_the_port_of_a_server_before_it_starts()
    {
        const string portsOfConnections = "/proc/sys/net/ipv4/ip_local_port_range";
        Assert.SkipUnless(File.Exists(portsOfConnections), "Only Linux says which ports it gives to connections.");
        var first = int.Parse(File.ReadAllText(portsOfConnections).Split('\t')[0], CultureInfo.InvariantCulture);

        var ports = SmallHost.Compose(["--Native=true"]).Resources.OfType<ExecutableResource>()
            .SelectMany(server => server.Annotations.OfType<EndpointAnnotation>())
            .Select(endpoint => endpoint.TargetPort);

        Assert.Equal(2, ports.Count());
        Assert.All(ports, port => Assert.InRange(port!.Value, 1024, first - 1));
    }

    private static void AssertContainers(IDistributedApplicationBuilder builder)
    {
        Assert.Empty(builder.Resources.OfType<ExecutableResource>());
        var containers = builder.Resources.OfType<ContainerResource>().ToList();
        Assert.Equal(["postgres", "redis"], containers.Select(container => container.Name));
        Assert.All(containers, container => Assert.Single(container.Annotations.OfType<ContainerImageAnnotation>()));
    }

    private string WithEngine(string script)
    {
        var docker = Path.Combine(_home.Folder, "docker");
        File.WriteAllText(docker, $"#!/bin/sh\n{script}\n");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(
            docker, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        return $"--PATH={_home.Folder}";
    }
}
