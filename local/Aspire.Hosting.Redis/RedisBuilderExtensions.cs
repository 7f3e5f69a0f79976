using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Local;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Aspire.Hosting;

/// <summary>Adds Redis to the application.</summary>
public static class RedisBuilderExtensions
{
    private const string ContainerDataFolder = "/data";

    /// <summary>Adds a server with a generated password. It is healthy when it lets us in and answers PING.</summary>
    /// <param name="builder">The application.</param>
    /// <param name="name">The resource's name.</param>
    /// <param name="port">The host port; null is a free one.</param>
    public static IResourceBuilder<RedisResource> AddRedis(
        this IDistributedApplicationBuilder builder, [ResourceName] string name, int? port) => builder.AddRedis(name, port, null);

    /// <summary>Adds a server. It is healthy when it lets us in and answers PING.</summary>
    /// <param name="builder">The application.</param>
    /// <param name="name">The resource's name.</param>
    /// <param name="port">The host port; a free one by default.</param>
    /// <param name="password">The password; generated as the parameter <c>name-password</c> by default.</param>
    public static IResourceBuilder<RedisResource> AddRedis(
        this IDistributedApplicationBuilder builder,
        [ResourceName] string name,
        int? port = null,
        IResourceBuilder<ParameterResource>? password = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(name);

        // A comma would end the password in the connection string.
        var secret = password?.Resource
            ?? ParameterResourceBuilderExtensions.CreateDefaultPasswordParameter(builder, $"{name}-password", special: false);
        var redis = new RedisResource(name, secret);
        var healthCheck = $"{name}_check";
        builder.Services.AddHealthChecks().Add(
            new HealthCheckRegistration(healthCheck, _ => new RedisHealthCheck(redis), failureStatus: null, tags: null));

        return builder.AddResource(redis)
            .WithEndpoint(port: port, targetPort: 6379, name: RedisResource.PrimaryEndpointName, scheme: "redis")
            .WithAnnotation(new NativeServerAnnotation(RedisServer.PrepareAsync))
            .WithHealthCheck(healthCheck);
    }

    /// <summary>Keeps the data over restarts of the host, and turns persistence on.</summary>
    /// <param name="builder">The server.</param>
    /// <param name="name">The volume's name; derived from application and resource by default.</param>
    /// <param name="isReadOnly">Whether the server may not write; persistence then stays off.</param>
    public static IResourceBuilder<RedisResource> WithDataVolume(
        this IResourceBuilder<RedisResource> builder, string? name = null, bool isReadOnly = false)
    {
        ArgumentNullException.ThrowIfNull(builder);

        builder.WithVolume(name ?? VolumeNameGenerator.Generate(builder, "data"), ContainerDataFolder, isReadOnly);
        return isReadOnly ? builder : builder.WithPersistence();
    }

    /// <summary>Writes the data to disk: a snapshot per interval, and here also a log of every write.</summary>
    /// <param name="builder">The server.</param>
    /// <param name="interval">Between snapshots; 60 seconds by default.</param>
    /// <param name="keysChangedThreshold">How many changes make a snapshot worth while.</param>
    public static IResourceBuilder<RedisResource> WithPersistence(
        this IResourceBuilder<RedisResource> builder, TimeSpan? interval = null, long keysChangedThreshold = 1)
    {
        ArgumentNullException.ThrowIfNull(builder);

        var persistence = new RedisPersistence(interval ?? TimeSpan.FromSeconds(60), keysChangedThreshold);
        return builder.WithAnnotation(persistence, ResourceAnnotationMutationBehavior.Replace);
    }

    /// <summary>Sets the password.</summary>
    /// <param name="builder">The server.</param>
    /// <param name="password">The password; null is a server without one.</param>
    public static IResourceBuilder<RedisResource> WithPassword(
        this IResourceBuilder<RedisResource> builder, IResourceBuilder<ParameterResource>? password)
    {
        ArgumentNullException.ThrowIfNull(builder);

        builder.Resource.PasswordParameter = password?.Resource;
        return builder;
    }

    /// <summary>Listens on a fixed port of the host.</summary>
    /// <param name="builder">The server.</param>
    /// <param name="port">The port; null is a free one.</param>
    public static IResourceBuilder<RedisResource> WithHostPort(this IResourceBuilder<RedisResource> builder, int? port)
    {
        ArgumentNullException.ThrowIfNull(builder);

        return builder.WithEndpoint(RedisResource.PrimaryEndpointName, endpoint => endpoint.Port = port);
    }
}
