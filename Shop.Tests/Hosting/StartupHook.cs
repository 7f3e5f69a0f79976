using Shop.Tests.Hosting;

/// <summary>
/// .NET runs this before the entry point of a program that is started with DOTNET_STARTUP_HOOKS (hence the name, and no
/// namespace). So a built app host or service of the shop lends its process to a smaller program of the tests.
/// </summary>
internal static class StartupHook
{
    /// <summary>Says which program to run instead.</summary>
    public const string ProgramVariable = "SHOP_TESTS_PROGRAM";

    public const string Variable = "DOTNET_STARTUP_HOOKS";

    public static string Path => typeof(StartupHook).Assembly.Location;

    public static void Initialize()
    {
        // The program's own children are to be what they are.
        Environment.SetEnvironmentVariable(Variable, null);
        switch (Environment.GetEnvironmentVariable(ProgramVariable))
        {
            case nameof(SmallHost):
                SmallHost.Run();
                break;
            case nameof(SmallService):
                SmallService.Run();
                break;
        }

        Environment.Exit(0);
    }
}
