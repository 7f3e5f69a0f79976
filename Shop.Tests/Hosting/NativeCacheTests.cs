using Shop.Hosting.Native;

namespace Shop.Tests.Hosting;

public sealed class NativeCacheTests : IDisposable
{
    private readonly TemporaryHome _home = new();

    public void Dispose() => _home.Dispose();

    [Fact]
    public async Task Two_hosts_that_need_the_same_folder_fill_it_once()
    {
        var cancel = TestContext.Current.CancellationToken;
        var fills = 0;
        var secondWaits = new TaskCompletionSource();
        Task<string> GetAsync(Action<string> report) => new NativeCache(_home.Folder).GetAsync(
            "content",
            async (folder, token) =>
            {
                fills++;
                await secondWaits.Task.WaitAsync(token);
                await File.WriteAllTextAsync(Path.Combine(folder, "file"), "complete", token);
            },
            report,
            cancel);

        var first = GetAsync(_ => { });
        var second = GetAsync(_ => secondWaits.SetResult());

        Assert.Equal(await first, await second);
        Assert.Equal(1, fills);
        Assert.Equal("complete", await File.ReadAllTextAsync(Path.Combine(await first, "file"), cancel));
    }

    [Fact]
    public async Task A_fill_that_fails_leaves_nothing_and_the_next_one_succeeds()
    {
        var cancel = TestContext.Current.CancellationToken;
        var cache = new NativeCache(_home.Folder);
        await Assert.ThrowsAsync<IOException>(
            () => cache.GetAsync("content", (_, _) => throw new IOException("The line is dead."), _ => { }, cancel));
        Assert.Empty(Directory.GetDirectories(_home.Folder));

        var folder = await cache.GetAsync("content", (_, _) => Task.CompletedTask, _ => { }, cancel);

        Assert.True(Directory.Exists(folder));
    }
}
