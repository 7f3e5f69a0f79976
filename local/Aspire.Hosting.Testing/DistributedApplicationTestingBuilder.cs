using Aspire.Hosting.Testing.Local;
using Microsoft.Extensions.Hosting;

namespace Aspire.Hosting.Testing;

/// <summary>
/// Runs an app host in a test: its real entry point, on free ports, with data that is thrown away. Several can run at one
/// time.
/// </summary>
public static class DistributedApplicationTestingBuilder
{
    /// <summary>Runs an app host's entry point up to where it builds.</summary>
    /// <typeparam name="TEntryPoint">A type of the app host, such as its class in the namespace <c>Projects</c>.</typeparam>
    /// <param name="cancellationToken">Gives up.</param>
    public static Task<IDistributedApplicationTestingBuilder> CreateAsync<TEntryPoint>(CancellationToken cancellationToken = default)
        where TEntryPoint : class => CreateAsync<TEntryPoint>([], cancellationToken);

    /// <summary>Runs an app host's entry point up to where it builds.</summary>
    /// <typeparam name="TEntryPoint">A type of the app host, such as its class in the namespace <c>Projects</c>.</typeparam>
    /// <param name="args">The command line.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static Task<IDistributedApplicationTestingBuilder> CreateAsync<TEntryPoint>(string[] args, CancellationToken cancellationToken = default)
        where TEntryPoint : class => CreateAsync<TEntryPoint>(args, (_, _) => { }, cancellationToken);

    /// <summary>Runs an app host's entry point up to where it builds.</summary>
    /// <typeparam name="TEntryPoint">A type of the app host, such as its class in the namespace <c>Projects</c>.</typeparam>
    /// <param name="args">The command line.</param>
    /// <param name="configureBuilder">Changes how the application is made.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static Task<IDistributedApplicationTestingBuilder> CreateAsync<TEntryPoint>(
        string[] args,
        Action<DistributedApplicationOptions, HostApplicationBuilderSettings> configureBuilder,
        CancellationToken cancellationToken = default) => CreateAsync(typeof(TEntryPoint), args, configureBuilder, cancellationToken);

    /// <summary>Runs an app host's entry point up to where it builds.</summary>
    /// <param name="entryPoint">A type of the app host.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static Task<IDistributedApplicationTestingBuilder> CreateAsync(Type entryPoint, CancellationToken cancellationToken = default) =>
        CreateAsync(entryPoint, [], cancellationToken);

    /// <summary>Runs an app host's entry point up to where it builds.</summary>
    /// <param name="entryPoint">A type of the app host.</param>
    /// <param name="args">The command line.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static Task<IDistributedApplicationTestingBuilder> CreateAsync(Type entryPoint, string[] args, CancellationToken cancellationToken = default) =>
        CreateAsync(entryPoint, args, (_, _) => { }, cancellationToken);

    /// <summary>Runs an app host's entry point up to where it builds.</summary>
    /// <param name="entryPoint">A type of the app host.</param>
    /// <param name="args">The command line.</param>
    /// <param name="configureBuilder">Changes how the application is made.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="InvalidOperationException">The entry point ended or failed before it built anything.</exception>
    public static async Task<IDistributedApplicationTestingBuilder> CreateAsync(
        Type entryPoint,
        string[] args,
        Action<DistributedApplicationOptions, HostApplicationBuilderSettings> configureBuilder,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(entryPoint);
        ArgumentNullException.ThrowIfNull(args);
        ArgumentNullException.ThrowIfNull(configureBuilder);

        var run = new EntryPointRun(entryPoint.Assembly, args, configureBuilder);
        run.Begin();
        return new TestingBuilder(await run.CreatedAsync(cancellationToken), run);
    }
}
