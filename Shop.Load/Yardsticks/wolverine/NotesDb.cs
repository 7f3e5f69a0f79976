using Microsoft.EntityFrameworkCore;

namespace Shop.Load.Wolverine;

/// <summary>The event.</summary>
public sealed record Noted(Guid Id, string Content);

public static class NotedHandler
{
    /// <summary>One row, in the transaction that also says that the event is handled.</summary>
    public static void Handle(Noted noted, NotesDb db, TimeProvider clock) =>
        db.Notes.Add(new(noted.Id, clock.GetUtcNow()));
}

public sealed record Note(Guid Id, DateTimeOffset At);

public sealed class NotesDb(DbContextOptions<NotesDb> options) : DbContext(options)
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(250);

    public DbSet<Note> Notes => Set<Note>();

    public Task CreateAsync() => Database.ExecuteSqlRawAsync(
        """
        CREATE SCHEMA IF NOT EXISTS notes;
        CREATE TABLE IF NOT EXISTS notes.notes (id uuid PRIMARY KEY, at timestamptz NOT NULL)
        """);

    /// <summary>Once so many have been handled.</summary>
    public async Task<double> PerSecondAsync(int count, CancellationToken cancel)
    {
        while (await Notes.CountAsync(cancel) < count)
            await Task.Delay(Look, cancel);

        var (first, last) = (
            await Notes.MinAsync(note => note.At, cancel), await Notes.MaxAsync(note => note.At, cancel));
        return count / (last - first).TotalSeconds;
    }

    protected override void OnModelCreating(ModelBuilder modelBuilder) => modelBuilder.Entity<Note>(note =>
    {
        note.ToTable("notes", "notes");
        note.Property(n => n.Id).HasColumnName("id");
        note.Property(n => n.At).HasColumnName("at");
    });
}
