using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;

namespace Shop.Messaging;

/// <summary>
/// Named points between two steps that a crash may separate. They do nothing, unless a test of such a crash has them do
/// something. Every module has <c>&lt;module&gt;.claimed</c> (events are committed to the outbox and not sent yet),
/// <c>.sent</c> (and still in the outbox) and <c>.applied</c> (changes are committed and not acknowledged yet).
/// </summary>
public class Failpoints
{
    /// <summary>Called where the process is between the two steps.</summary>
    /// <param name="name">The module and the point, for example <c>payments.charged</c>.</param>
    public virtual void Reached(string name)
    {
        // Tests override it.
    }
}

/// <summary>
/// Kills the process, only in Development: with the setting <c>Faults:&lt;point&gt; = n</c> when it reaches the point
/// for the n-th time. With <c>Faults:Once = &lt;path&gt;</c> it creates that file first, and lives on if it exists.
/// </summary>
internal class CrashingFailpoints(IReadOnlyDictionary<string, int> hits, string? once) : Failpoints
{
    private const string Section = "Faults";
    private const string Once = "Once";
    private readonly ConcurrentDictionary<string, int> _hitsLeft = new(hits);

    /// <exception cref="InvalidOperationException">Outside of Development, or without a positive number.</exception>
    public static Failpoints Create(IConfiguration configuration, IHostEnvironment environment)
    {
        var settings = configuration.GetSection(Section).GetChildren()
            .ToDictionary(point => point.Key, point => point.Value);
        if (settings.Count == 0)
            return new();

        if (!environment.IsDevelopment())
            throw new InvalidOperationException($"{Section} kills processes; not in {environment.EnvironmentName}.");

        settings.Remove(Once, out var once);
        var hits = settings.ToDictionary(point => point.Key, point => Hits(point.Key, point.Value));
        return new CrashingFailpoints(hits, once);
    }

    public override void Reached(string name)
    {
        if (hits.ContainsKey(name) && _hitsLeft.AddOrUpdate(name, 0, static (_, left) => left - 1) == 0 && IsFirst())
            Crash(name);
    }

    protected virtual void Crash(string name)
    {
        Console.Error.WriteLine($"Killed by the failpoint {name}.");
        Process.GetCurrentProcess().Kill();
    }

    private static int Hits(string name, string? value) => int.TryParse(value, out var hits) && hits > 0
        ? hits
        : throw new InvalidOperationException($"{Section}:{name} is not a positive number.");

    private bool IsFirst()
    {
        if (once is null)
            return true;

        try
        {
            using var mark = new FileStream(once, FileMode.CreateNew);
            return true;
        }
        catch (IOException) when (File.Exists(once))
        {
            return false;
        }
    }
}
