using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;

namespace Shop.Messaging;

/// <summary>
/// Named points between two steps that a crash may separate, for tests of exactly these crashes: with the setting
/// <c>Faults:&lt;point&gt; = n</c> the process dies, as if killed, when it passes there for the n-th time. With
/// <c>Faults:Once = &lt;path&gt;</c> it makes that file first, and lives on while there is one. Only in Development.
/// Every module has <c>&lt;module&gt;.claimed</c>, <c>.sent</c> and <c>.applied</c>; a service may add points of its own.
/// </summary>
public class FaultPoints
{
    private const string Section = "Faults";
    private const string Once = "Once";
    private readonly string? _once;
    private readonly ConcurrentDictionary<string, int>? _left;

    /// <summary>Reads which points are switched on.</summary>
    /// <param name="configuration">Has the section <c>Faults</c>, as a rule not.</param>
    /// <param name="environment">Where this runs.</param>
    /// <exception cref="InvalidOperationException">A point is switched on outside of Development, or not by a positive number.</exception>
    public FaultPoints(IConfiguration configuration, IHostEnvironment environment)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var points = configuration.GetSection(Section).GetChildren().ToArray();
        if (points.Length == 0)
            return;

        if (!environment.IsDevelopment())
            throw new InvalidOperationException($"The section {Section} kills processes for tests; it is refused in {environment.EnvironmentName}.");

        _once = points.FirstOrDefault(point => point.Key == Once)?.Value;
        _left = new(points.Where(point => point.Key != Once).Select(point =>
            int.TryParse(point.Value, out var passage) && passage > 0
                ? KeyValuePair.Create(point.Key, passage)
                : throw new InvalidOperationException($"{point.Path} is not the positive number of a passage.")));
    }

    /// <summary>Says that the process is at a point; dies there when that is its fate.</summary>
    /// <param name="point">The module and the point, for example <c>payments.charged</c>.</param>
    public void Reached(string point)
    {
        if (_left is not null && _left.ContainsKey(point) && _left.AddOrUpdate(point, 0, static (_, left) => left - 1) == 0 && !HappenedBefore())
            Die(point);
    }

    /// <summary>Ends the process without giving it time for anything.</summary>
    /// <param name="point">Where it is.</param>
    protected virtual void Die(string point)
    {
        Console.Error.WriteLine($"Killed by the fault point {point}.");
        Process.GetCurrentProcess().Kill();
    }

    private bool HappenedBefore()
    {
        if (_once is null)
            return false;

        try
        {
            using var mark = new FileStream(_once, FileMode.CreateNew);
            return false;
        }
        catch (IOException) when (File.Exists(_once))
        {
            return true;
        }
    }
}
