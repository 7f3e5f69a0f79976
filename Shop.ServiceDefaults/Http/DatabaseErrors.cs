using System.Data.Common;
using System.Net.Sockets;

namespace Shop.ServiceDefaults;

/// <summary>
/// Classifies database errors by SQLSTATE alone, so that a process without a database driver can use it too.
/// </summary>
public static class DatabaseErrors
{
    private const string QueryCanceled = "57014";

    // A standby before failover; a session ended by its idle timeout; a database that accepts no connections.
    private const string ReadOnlySqlTransaction = "25006";
    private const string IdleInTransactionSessionTimeout = "25P03";
    private const string ObjectNotInPrerequisiteState = "55000";

    /// <summary>
    /// Whether an exception says that its server was away, stalled, starting, full or shutting down, and nothing about
    /// what it was asked to do.
    /// </summary>
    /// <param name="exception">With the exceptions in it, of which the outermost known one decides.</param>
    public static bool IsUnavailability(Exception exception)
    {
        foreach (var cause in exception.WithCauses())
        {
            switch (cause)
            {
                case DbException { SqlState: { } state }:
                    return IsUnavailability(state);
                case DbException { IsTransient: true } or SocketException or TimeoutException or IOException:
                    return true;
            }
        }

        return false;
    }

    /// <summary>An exception and those in it, from the outermost to the first cause.</summary>
    /// <param name="exception">The exception.</param>
    public static IEnumerable<Exception> WithCauses(this Exception exception)
    {
        for (var cause = exception; cause is not null; cause = cause.InnerException)
            yield return cause;
    }

    internal static bool IsUnavailability(string state) => state switch
    {
        QueryCanceled => false,
        ReadOnlySqlTransaction or IdleInTransactionSessionTimeout or ObjectNotInPrerequisiteState => true,
        // Error classes: connection, authorization, no such database, resources, operator intervention, system.
        { Length: 5 } => state[..2] is "08" or "28" or "3D" or "53" or "57" or "58",
        _ => false,
    };
}
