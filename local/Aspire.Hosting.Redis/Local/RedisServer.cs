using System.Globalization;
using System.Text;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Aspire.Hosting.Local;

/// <summary>Runs a <see cref="RedisResource"/> as a child process, on the loopback only.</summary>
internal static class RedisServer
{
    public static async Task<ProcessStart> PrepareAsync(NativeServerContext context, CancellationToken cancel)
    {
        var resource = (RedisResource)context.Resource;
        var clock = context.Services.GetService<TimeProvider>() ?? TimeProvider.System;
        var server = await RedisInstallation.FindAsync(
            context.Services.GetService<IConfiguration>()?[RedisInstallation.Setting],
            new NativeCache(clock),
            context.Progress,
            cancel);
        var password = resource.PasswordParameter is { } parameter
            ? await parameter.GetValueAsync(cancel)
                ?? throw new InvalidOperationException($"The parameter '{parameter.Name}' has no value.")
            : null;
        var persistence = resource.Annotations.OfType<RedisPersistence>().LastOrDefault();
        var file = Path.Combine(context.DataDirectory, "redis.conf");
        await WriteSecretAsync(file, Configuration(context.Port, context.DataDirectory, password, persistence), cancel);
        await UnprivilegedAccount.OwnAsync(context.DataDirectory, cancel);

        return new ProcessStart(server.Program, [file]) { Environment = server.Environment, Unprivileged = true };
    }

    internal static string Configuration(int port, string folder, string? password, RedisPersistence? persistence)
    {
        var text = new StringBuilder().Append(CultureInfo.InvariantCulture, $"""
            bind 127.0.0.1
            port {port}
            protected-mode yes
            dir {Quote(folder)}
            daemonize no
            logfile ""
            loglevel notice
            maxmemory-policy noeviction

            """);
        if (password is not null) text.Append(CultureInfo.InvariantCulture, $"requirepass {Quote(password)}\n");
        // Every write is in the log before it is answered, so kill -9 loses nothing; a power cut loses a second.
        // The tail that such an end cuts off is dropped at the next start.
        text.Append(persistence is null
            ? "appendonly no\nsave \"\"\n"
            : string.Create(CultureInfo.InvariantCulture, $"""
                appendonly yes
                appendfsync everysec
                aof-load-truncated yes
                save {Math.Max(1, (long)persistence.Interval.TotalSeconds)} {persistence.KeysChanged}

                """));
        return text.ToString();
    }

    private static string Quote(string text) => text.AsSpan().ContainsAny('\r', '\n', '\0')
        ? throw new InvalidOperationException("The password and the data folder of a Redis server cannot hold a line break.")
        : $"\"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";

    /// <summary>For the owner's eyes only, from the first byte on. A command line would be everybody's.</summary>
    private static async Task WriteSecretAsync(string file, string text, CancellationToken cancel)
    {
        File.Delete(file);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        await using var stream = new FileStream(file, options);
        await stream.WriteAsync(Encoding.UTF8.GetBytes(text), cancel);
    }
}
