using System.Data.Common;

namespace Shop.ServiceDefaults;

/// <summary>
/// What a database's error means, told by its SQLSTATE alone: a process without a database driver can ask this, too.
/// </summary>
public static class DatabaseErrors
{
    private const string QueryCanceled = "57014";

    // A standby before it takes over; a session that was ended for idling; a database that takes no connections.
    private const string ReadOnlySqlTransaction = "25006";
    private const string IdleInTransactionSessionTimeout = "25P03";
    private const string ObjectNotInPrerequisiteState = "55000";

    /// <summary>
    /// Whether the server, or the database, says that it can't be worked with now: the same may succeed later.
    /// </summary>
    /// <param name="error">What the server said.</param>
    public static bool IsUnavailable(DbException error)
    {
        ArgumentNullException.ThrowIfNull(error);
        return error.SqlState switch
        {
            QueryCanceled => false,
            ReadOnlySqlTransaction or IdleInTransactionSessionTimeout or ObjectNotInPrerequisiteState => true,
            // Connection, login, no such database, resources, operator, system.
            { Length: 5 } state => state[..2] is "08" or "28" or "3D" or "53" or "57" or "58",
            _ => false,
        };
    }
}
