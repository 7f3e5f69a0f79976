using System.Collections.Concurrent;
using System.ComponentModel;
using System.Diagnostics;

namespace Aspire.Hosting.Local;

/// <summary>
/// Starts every child from one thread that lives as long as the host: the kernel ties the death signal of a child
/// to the thread that forked it, and a thread of the pool may end while the host lives on.
/// </summary>
internal static class ChildSpawner
{
    private static readonly BlockingCollection<Action> Work = Open();

    public static Task<Process> StartAsync(Process process)
    {
        var started = new TaskCompletionSource<Process>(TaskCreationOptions.RunContinuationsAsynchronously);
        Work.Add(() =>
        {
            try
            {
                process.Start();
                started.SetResult(process);
            }
            catch (Exception failure) when (failure is Win32Exception or InvalidOperationException or IOException)
            {
                started.SetException(failure);
            }
        });
        return started.Task;
    }

    private static BlockingCollection<Action> Open()
    {
        var work = new BlockingCollection<Action>();
        new Thread(() =>
        {
            foreach (var start in work.GetConsumingEnumerable()) start();
        })
        { IsBackground = true, Name = "Child processes" }.Start();
        return work;
    }
}
