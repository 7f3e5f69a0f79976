namespace Shop.Tests.Hosting;

/// <summary>These tests are about the host in local/; with the real Aspire there is nothing of ours to prove.</summary>
internal static class Requires
{
    public static void LocalHost() => Assert.SkipWhen(Repository.UsesAspire, "This build runs on the real Aspire, not on the local host.");

    public static void LocalHostOnLinux()
    {
        LocalHost();
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux tells in /proc whose child a process is.");
    }
}
