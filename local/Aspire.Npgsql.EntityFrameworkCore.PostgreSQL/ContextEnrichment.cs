using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql.EntityFrameworkCore.PostgreSQL;

namespace Aspire.Npgsql.EntityFrameworkCore.PostgreSQL;

/// <summary>
/// Adds retries and a command timeout to options that someone else has made, but never against what they say.
/// </summary>
internal static class ContextEnrichment
{
    public static void Apply<TContext>(
        DbContextOptionsBuilder options,
        NpgsqlEntityFrameworkCorePostgreSQLSettings settings)
        where TContext : DbContext
    {
        // Read first: UseNpgsql replaces the extension.
        var existing = options.Options.Extensions.OfType<RelationalOptionsExtension>().FirstOrDefault();
        options.UseNpgsql(npgsql =>
        {
            if (!settings.DisableRetry && !RetriesAlready<TContext>(options, existing))
                npgsql.EnableRetryOnFailure();

            if (settings.CommandTimeout is not { } seconds)
                return;
            if (existing?.CommandTimeout is { } other && other != seconds)
            {
                throw new InvalidOperationException(
                    $"{typeof(TContext).Name} has a command timeout of {other} s, its settings ask for {seconds} s.");
            }

            npgsql.CommandTimeout(seconds);
        });
    }

    private static bool RetriesAlready<TContext>(DbContextOptionsBuilder options, RelationalOptionsExtension? existing)
    {
#pragma warning disable EF1001 // No public way leads to the strategy's type; its constructors only keep what they get.
        var nothing = new ExecutionStrategyDependencies(null!, options.Options, null!);
#pragma warning restore EF1001
        var strategy = existing?.ExecutionStrategyFactory?.Invoke(nothing);
        return strategy switch
        {
            null or { RetriesOnFailure: false } => false,
            NpgsqlRetryingExecutionStrategy => true,
            _ => throw new InvalidOperationException(
                $"{typeof(TContext).Name} has an execution strategy of its own: set DisableRetry in its settings."),
        };
    }
}
