namespace Aspire.Hosting.Local;

/// <summary>How one child process is started.</summary>
/// <param name="FileName">A path, or a name that is looked up on the path.</param>
/// <param name="Arguments">One entry per argument; no shell is involved. Visible to every user of the machine.</param>
internal sealed record ProcessStart(string FileName, IReadOnlyList<string> Arguments)
{
    /// <summary>Added to the inherited environment; a null value removes the variable.</summary>
    public IReadOnlyDictionary<string, string?> Environment { get; init; } = new Dictionary<string, string?>();

    /// <summary>The folder to start in; null is the host's own.</summary>
    public string? WorkingDirectory { get; init; }

    /// <summary>The signal of a polite stop.</summary>
    public PosixStop StopWith { get; init; }

    /// <summary>How long a polite stop may take before the whole group is killed.</summary>
    public TimeSpan StopTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Given to the child as its standard input, which is then closed. The place for secrets.</summary>
    public string? Input { get; init; }

    /// <summary>
    /// Run without root's rights where the host itself is root. The folders that it writes must be given over with
    /// <see cref="UnprivilegedAccount.OwnAsync"/>.
    /// </summary>
    public bool Unprivileged { get; init; }
}

/// <summary>The signal that asks a process to end.</summary>
internal enum PosixStop
{
    /// <summary>SIGTERM; a host that vanishes takes the child with it by SIGKILL.</summary>
    Term,

    /// <summary>
    /// SIGINT, also when the host vanishes: PostgreSQL's fast shutdown, which leaves nothing to recover.
    /// </summary>
    Interrupt,
}
