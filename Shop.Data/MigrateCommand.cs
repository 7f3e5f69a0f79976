using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Shop.ServiceDefaults;

namespace Shop.Data;

/// <summary>
/// <c>migrate</c>: applies the migrations of every database of the program, as a step of its own before services start
/// that may not change tables (<c>Database:Migrate=false</c>). With <c>--grant</c>, the role that these services sign
/// in with may afterwards read and write rows, and nothing else.
/// </summary>
internal sealed class MigrateCommand : IServiceCommand
{
    public string Name => "migrate";

    public string Usage => "[--grant <role> [--object-id <id of the role's identity in Entra>]]";

    public async Task RunAsync(
        IServiceProvider services, string[] arguments, TextWriter output, CancellationToken cancel)
    {
        var (role, identity) = Read(arguments);
        foreach (var database in services.GetServices<MigratedDatabase>())
        {
            await using var db = database.Open(services);
            var pending = await Migrations.ApplyAsync(db, cancel);
            var applied = string.Join(' ', [$"{database.Schema}: {pending.Length} migrations applied", .. pending]);
            await output.WriteLineAsync(applied);
            if (role is null)
                continue;

            await DatabaseRole.EnsureAsync(db, services, role, identity, cancel);
            await DatabaseRole.GrantAsync(db, database.Schema, role, cancel);
            await output.WriteLineAsync($"{database.Schema}: \"{role}\" may read and write rows");
        }
    }

    private static (string? Role, Guid? Identity) Read(string[] arguments) => arguments switch
    {
        [] => (null, null),
        ["--grant", { Length: > 0 } role] => (role, null),
        ["--grant", { Length: > 0 } role, "--object-id", var id] when Guid.TryParse(id, out var identity) =>
            (role, identity),
        _ => throw new ArgumentException($"Wrong arguments: {string.Join(' ', arguments)}"),
    };
}

/// <summary>A database that <see cref="MigrateCommand"/> migrates.</summary>
internal sealed record MigratedDatabase(string Schema, Func<IServiceProvider, DbContext> Open);
