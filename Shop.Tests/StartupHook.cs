using Shop.Tests.Chaos;

/// <summary>
/// What .NET calls in a process before its own code, when DOTNET_STARTUP_HOOKS names this assembly. It must have this
/// name and no namespace: https://github.com/dotnet/runtime/blob/main/docs/design/features/host-startup-hook.md
/// </summary>
internal static class StartupHook
{
    public static void Initialize() => CrashPoint.ArmProcess();
}
