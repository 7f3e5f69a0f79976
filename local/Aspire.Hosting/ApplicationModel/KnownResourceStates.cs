namespace Aspire.Hosting.ApplicationModel;

/// <summary>The states that this host puts resources into.</summary>
public static class KnownResourceStates
{
    /// <summary>It is about to run.</summary>
    public static readonly string Starting = nameof(Starting);

    /// <summary>It runs. Whether it is of use is another question: see the health.</summary>
    public static readonly string Running = nameof(Running);

    /// <summary>It could not be started.</summary>
    public static readonly string FailedToStart = nameof(FailedToStart);

    /// <summary>What runs it is out of order.</summary>
    public static readonly string RuntimeUnhealthy = nameof(RuntimeUnhealthy);

    /// <summary>It is being stopped.</summary>
    public static readonly string Stopping = nameof(Stopping);

    /// <summary>It was stopped, or ended with an error.</summary>
    public static readonly string Exited = nameof(Exited);

    /// <summary>It ended by itself, without an error.</summary>
    public static readonly string Finished = nameof(Finished);

    /// <summary>It waits for others.</summary>
    public static readonly string Waiting = nameof(Waiting);

    /// <summary>It starts only when it is told to.</summary>
    public static readonly string NotStarted = nameof(NotStarted);

    /// <summary>It is a parameter without a value.</summary>
    public static readonly string ValueMissing = nameof(ValueMissing);

    /// <summary>It is there, without a life of its own.</summary>
    public static readonly string Active = nameof(Active);

    /// <summary>The states after which nothing happens by itself.</summary>
    public static readonly IReadOnlyList<string> TerminalStates = [Finished, FailedToStart, Exited];
}

/// <summary>How states are shown.</summary>
public static class KnownResourceStateStyles
{
    /// <summary>Good.</summary>
    public static readonly string Success = "success";

    /// <summary>Bad.</summary>
    public static readonly string Error = "error";

    /// <summary>Neither.</summary>
    public static readonly string Info = "info";

    /// <summary>Doubtful.</summary>
    public static readonly string Warn = "warn";
}

/// <summary>The commands that this host knows.</summary>
public static class KnownResourceCommands
{
    /// <summary>Starts a resource that does not run.</summary>
    public static readonly string StartCommand = "start";

    /// <summary>Stops a resource; it stays so.</summary>
    public static readonly string StopCommand = "stop";

    /// <summary>Stops a resource and starts it again.</summary>
    public static readonly string RestartCommand = "restart";
}
