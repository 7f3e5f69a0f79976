using System.Globalization;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Aspire.Hosting.Local;

/// <summary>
/// Runs a <see cref="PostgresServerResource"/> as a child process with durable settings, on the loopback only.
/// </summary>
internal static class PostgresServer
{
    private const int MaxConnections = 200;

    /// <summary>The same messages everywhere, and nothing of the caller's own PostgreSQL.</summary>
    public static IReadOnlyDictionary<string, string?> Environment { get; } = new Dictionary<string, string?>
    {
        ["LC_ALL"] = "C",
        ["PGDATA"] = null,
        ["PGOPTIONS"] = null,
        ["PGPORT"] = null,
    };

    public static async Task<ProcessStart> PrepareAsync(NativeServerContext context, CancellationToken cancel)
    {
        var resource = (PostgresServerResource)context.Resource;
        var clock = context.Services.GetService<TimeProvider>() ?? TimeProvider.System;
        var cache = new NativeCache(clock);
        var cluster = new PostgresCluster(context.DataDirectory, context.KeepsData, clock);
        var server = await PostgresInstallation.FindAsync(
            context.Services.GetService<IConfiguration>()?[PostgresInstallation.Setting],
            cluster.Major,
            () => new PostgresDownload(Client(context.Services), clock).GetAsync(cache, context.Progress, cancel),
            cancel);

        var user = await resource.UserNameReference.GetValueAsync(cancel) ?? PostgresServerResource.DefaultUserName;
        var password = await resource.PasswordParameter.GetValueAsync(cancel)
            ?? throw new InvalidOperationException($"The parameter '{resource.PasswordParameter.Name}' has no value.");
        await cluster.PrepareAsync(server, cache, user, password, context.Progress, cancel);

        resource.DataFolder = cluster.Folder;
        return new ProcessStart(server.Postgres, Arguments(cluster.Folder, context.Port))
        {
            Environment = Environment,
            StopWith = PosixStop.Interrupt,
            Unprivileged = true,
        };
    }

    private static string[] Arguments(string data, int port)
    {
        string[] settings =
        [
            "listen_addresses=127.0.0.1",
            string.Create(CultureInfo.InvariantCulture, $"port={port}"),
            // A socket's path may have 107 bytes; nothing here needs one.
            "unix_socket_directories=",
            string.Create(CultureInfo.InvariantCulture, $"max_connections={MaxConnections}"),
            "shared_buffers=64MB",
            "fsync=on",
            "synchronous_commit=on",
            "password_encryption=scram-sha-256",
            "timezone=UTC",
            // Short queries never win back what compiling them costs.
            "jit=off",
            "logging_collector=off",
            "log_destination=stderr",
            "log_line_prefix=",
            "log_checkpoints=off",
            "max_logical_replication_workers=0",
        ];
        return ["-D", data, .. settings.SelectMany(setting => new[] { "-c", setting })];
    }

    private static HttpClient Client(IServiceProvider services)
    {
        var client = services.GetRequiredService<IHttpClientFactory>().CreateClient(PostgresDownload.HttpClientName);
        // The download has its own watch over silence; the whole may take as long as a slow line needs.
        client.Timeout = Timeout.InfiniteTimeSpan;
        return client;
    }
}
