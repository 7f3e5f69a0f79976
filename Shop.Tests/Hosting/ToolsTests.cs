using Shop.Hosting.Native;

namespace Shop.Tests.Hosting;

public sealed class ToolsTests : IDisposable
{
    private readonly TemporaryHome _home = new();

    public void Dispose() => _home.Dispose();

    [Fact]
    public void A_link_to_a_program_that_was_uninstalled_is_no_program()
    {
        var program = Path.Combine(_home.Folder, "program");
        var link = Path.Combine(_home.Folder, "postgres");
        File.WriteAllText(program, "#!/bin/sh");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        File.CreateSymbolicLink(link, program);
        Assert.Equal(link, Tools.Find("postgres", [_home.Folder]));

        File.Delete(program);

        Assert.Null(Tools.Find("postgres", [_home.Folder]));
    }
}
