using System.Diagnostics;

namespace Shop.Tests.Topologies;

/// <summary>
/// A service as a later release would have it: its events have another optional member, and each comes in another
/// version besides. Built from the sources of this repository, in a folder of its own.
/// </summary>
internal static class NewerBuild
{
    public const string Member = "\"remark\":\"newer\"";

    private static readonly string[] Shared = ["Shop.Data", "Shop.Messaging", "Shop.ServiceDefaults"];

    /// <returns>The program.</returns>
    public static async Task<string> MakeAsync(string project, DirectoryInfo folder)
    {
        foreach (var file in Repository.Files("*", [project, .. Shared]))
            Copy(file);

        foreach (var file in Directory.EnumerateFiles(Repository.Root).Select(path => Path.GetFileName(path)))
            Copy(file);

        var events = Path.Combine(folder.FullName, project, "Events.cs");
        await File.WriteAllTextAsync(events, Newer(await File.ReadAllTextAsync(events), project));
        var output = Path.Combine(folder.FullName, "newer");
        using var build = Process.Start(new ProcessStartInfo(
            "dotnet",
            [
                "build", project, "--output", output, "-m:1", "-v", "q", "-nologo", "-p:RunAnalyzersDuringBuild=false",
                "-p:TreatWarningsAsErrors=false", "-p:NuGetAudit=false",
            ])
        {
            WorkingDirectory = folder.FullName,
            RedirectStandardOutput = true,
        })!;
        var said = await build.StandardOutput.ReadToEndAsync();
        await build.WaitForExitAsync();
        Assert.True(build.ExitCode == 0, said);
        return Path.Combine(output, project);

        void Copy(string file)
        {
            var copy = Path.Combine(folder.FullName, file);
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(Path.Combine(Repository.Root, file), copy, overwrite: true);
        }
    }

    private static string Newer(string events, string project)
    {
        var service = project.Split('.')[1].ToLowerInvariant();
        var type = $"    public static string Type => \"shop.{service}.";
        Assert.Contains(type, events, StringComparison.Ordinal);
        // Users publishes its events one by one.
        var twice = events.Contains("IPublishedEvent<", StringComparison.Ordinal)
            ? "    void IPublishedEvent.PublishTo(Microsoft.EntityFrameworkCore.DbContext db)\n"
                + "    { db.Publish(this); db.Publish(new NextVersion(((IEvent)this).Subject)); }\n"
            : "";
        return events
            .Replace(
                type,
                "    public string Remark { get; init; } = \"newer\";\n" + twice + type,
                StringComparison.Ordinal)
            + $$"""

            internal sealed record NextVersion(Guid About) : IEvent
            {
                public static string Type => "shop.{{service}}.anything.v2";
                Guid IEvent.Subject => About;
            }
            """;
    }
}
