using System.ComponentModel;
using System.Diagnostics;

namespace Aspire.Hosting.Local;

/// <summary>
/// A tiny shell that holds a pipe to this host and ends what is left of its children when the pipe closes, however the
/// host ended. On Linux the kernel's death signal comes first; the shell covers grandchildren, the instant before that
/// signal is armed, and the systems that have none.
/// </summary>
internal static class ParentWatchdog
{
    // kill's "--" is not understood by every shell, so a group is passed as a ready "-123".
    private const string Script = """
        trap '' HUP INT TERM
        exec >/dev/null 2>&1
        watched=' '
        while read -r word signal target; do
          case $word in
            watch) watched="$watched$signal:$target " ;;
            forget) watched="${watched%% "$signal:$target" *} ${watched#* "$signal:$target" }" ;;
          esac
        done
        for child in $watched; do
          case $child in
            KILL:*) kill -KILL "${child#*:}" ;;
            *) kill -"${child%%:*}" "${child##*[:-]}" ;;
          esac
        done
        tries=0
        while [ $tries -lt 30 ]; do
          left=
          for child in $watched; do kill -0 "${child#*:}" && left=1; done
          [ "$left" ] || exit 0
          tries=$((tries + 1))
          sleep 0.1
        done
        for child in $watched; do kill -KILL "${child#*:}"; done
        """;

    private static readonly Lazy<Task<Process>> Shell = new(OpenAsync);
    private static readonly SemaphoreSlim Writing = new(1);

    public static Task WatchAsync(string signal, int target) => TellAsync("watch", signal, target);

    public static Task ForgetAsync(string signal, int target) => TellAsync("forget", signal, target);

    private static async Task TellAsync(string word, string signal, int target)
    {
        await Writing.WaitAsync();
        try
        {
            var shell = await Shell.Value;
            await shell.StandardInput.WriteLineAsync($"{word} {signal} {target}");
            await shell.StandardInput.FlushAsync();
        }
        catch (Exception failure) when (failure is IOException or Win32Exception)
        {
            // Someone killed the watchdog, or there is no shell; the death signal alone has to do.
        }
        finally
        {
            Writing.Release();
        }
    }

    private static async Task<Process> OpenAsync()
    {
        var prefix = await LaunchPrefix.OwnSessionAsync();
        string[] command = [.. prefix, "/bin/sh", "-c", Script];
        return await ChildSpawner.StartAsync(new Process
        {
            StartInfo = new ProcessStartInfo(command[0], command[1..])
            {
                RedirectStandardInput = true,
                UseShellExecute = false,
                WorkingDirectory = "/",
            },
        });
    }
}
