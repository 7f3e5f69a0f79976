using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Local;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Aspire.Hosting;

/// <summary>Adds PostgreSQL to the application.</summary>
public static class PostgresBuilderExtensions
{
    // Where the image of PostgreSQL 18 keeps its data.
    private const string ContainerDataFolder = "/var/lib/postgresql";

    /// <summary>
    /// Adds a server. It is healthy when it answers a query; its databases are created when it is ready.
    /// </summary>
    /// <param name="builder">The application.</param>
    /// <param name="name">The resource's name.</param>
    /// <param name="userName">The superuser's name; <c>postgres</c> by default.</param>
    /// <param name="password">The superuser's password; generated as the parameter <c>name-password</c> by
    /// default.</param>
    /// <param name="port">The host port; a free one by default.</param>
    public static IResourceBuilder<PostgresServerResource> AddPostgres(
        this IDistributedApplicationBuilder builder,
        [ResourceName] string name,
        IResourceBuilder<ParameterResource>? userName = null,
        IResourceBuilder<ParameterResource>? password = null,
        int? port = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(name);

        var secret = password?.Resource
            ?? ParameterResourceBuilderExtensions.CreateDefaultPasswordParameter(builder, $"{name}-password");
        var server = new PostgresServerResource(name, userName?.Resource, secret);
        builder.Services.AddHttpClient(PostgresDownload.HttpClientName);
        builder.Eventing.Subscribe<ResourceReadyEvent>(
            server, (ready, cancel) => DatabaseCreation.RunAsync(server, ready.Services, cancel));
        var healthCheck = AddHealthCheck(builder, name, server, server.GetAdminConnectionStringAsync);

        return builder.AddResource(server)
            .WithEndpoint(port: port, targetPort: 5432, name: PostgresServerResource.PrimaryEndpointName)
            .WithAnnotation(new NativeServerAnnotation(PostgresServer.PrepareAsync))
            .WithHealthCheck(healthCheck);
    }

    /// <summary>Adds a database, created when the server is ready and it is not there yet.</summary>
    /// <param name="builder">The server.</param>
    /// <param name="name">The resource's name, and the key of the connection string.</param>
    /// <param name="databaseName">The name on the server; the resource's name by default.</param>
    public static IResourceBuilder<PostgresDatabaseResource> AddDatabase(
        this IResourceBuilder<PostgresServerResource> builder, [ResourceName] string name, string? databaseName = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(name);

        var database = new PostgresDatabaseResource(name, databaseName ?? name, builder.Resource);
        builder.Resource.Add(database);
        var healthCheck = AddHealthCheck(
            builder.ApplicationBuilder,
            name,
            builder.Resource,
            async cancel => database.Parent.Existing.ContainsKey(database.DatabaseName)
                ? await database.ConnectionStringExpression.GetValueAsync(cancel)
                : throw new InvalidOperationException("The database is not created yet."));
        return builder.ApplicationBuilder.AddResource(database).WithHealthCheck(healthCheck);
    }

    /// <summary>Keeps the data over restarts of the host.</summary>
    /// <param name="builder">The server.</param>
    /// <param name="name">The volume's name; derived from application and resource by default.</param>
    /// <param name="isReadOnly">Whether the server may not write.</param>
    public static IResourceBuilder<PostgresServerResource> WithDataVolume(
        this IResourceBuilder<PostgresServerResource> builder, string? name = null, bool isReadOnly = false)
    {
        ArgumentNullException.ThrowIfNull(builder);

        var volume = name ?? VolumeNameGenerator.Generate(builder, "data");
        return builder.WithVolume(volume, ContainerDataFolder, isReadOnly);
    }

    /// <summary>Listens on a fixed port of the host.</summary>
    /// <param name="builder">The server.</param>
    /// <param name="port">The port; null is a free one.</param>
    public static IResourceBuilder<PostgresServerResource> WithHostPort(
        this IResourceBuilder<PostgresServerResource> builder, int? port)
    {
        ArgumentNullException.ThrowIfNull(builder);

        return builder.WithEndpoint(PostgresServerResource.PrimaryEndpointName, endpoint => endpoint.Port = port);
    }

    private static string AddHealthCheck(
        IDistributedApplicationBuilder builder,
        string resource,
        PostgresServerResource server,
        Func<CancellationToken, ValueTask<string?>> connectionString)
    {
        var key = $"{resource}_check";
        builder.Services.AddHealthChecks().Add(
            new HealthCheckRegistration(key, _ => new PostgresHealthCheck(server, connectionString), failureStatus: null, tags: null));
        return key;
    }
}
