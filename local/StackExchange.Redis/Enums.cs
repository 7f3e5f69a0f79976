using System.Diagnostics.CodeAnalysis;

namespace StackExchange.Redis;

/// <summary>How one command is treated. Only <see cref="FireAndForget"/> changes anything here: there is one server.</summary>
[Flags]
[SuppressMessage("Design", "CA1069", Justification = "The names and numbers are the real library's.")]
public enum CommandFlags
{
    /// <summary>The default.</summary>
    None = 0,

    /// <summary>The caller does not wait: the task is complete at once with the default value, errors are dropped.</summary>
    FireAndForget = 2,

    /// <summary>Prefer the primary; the default.</summary>
    PreferMaster = 0,

    /// <summary>Only the primary.</summary>
    DemandMaster = 4,

    /// <summary>Prefer a replica.</summary>
    PreferReplica = 8,

    /// <summary>Only a replica.</summary>
    DemandReplica = DemandMaster | PreferReplica,

    /// <summary>Do not follow redirections of a cluster.</summary>
    NoRedirect = 64,

    /// <summary>Send the text of a script always, never its hash.</summary>
    NoScriptCache = 512,
}

/// <summary>The condition under which a value is written.</summary>
public enum When
{
    /// <summary>Write in any case.</summary>
    Always = 0,

    /// <summary>Write only over an existing value.</summary>
    Exists = 1,

    /// <summary>Write only where there is no value.</summary>
    NotExists = 2,
}

/// <summary>The condition under which an expiry is set.</summary>
public enum ExpireWhen
{
    /// <summary>In any case.</summary>
    Always = 0,

    /// <summary>Only to a later time than the present expiry.</summary>
    GreaterThanCurrentExpiry = 1,

    /// <summary>Only where there is an expiry.</summary>
    HasExpiry = 2,

    /// <summary>Only where there is none.</summary>
    HasNoExpiry = 3,

    /// <summary>Only to an earlier time than the present expiry.</summary>
    LessThanCurrentExpiry = 4,
}

/// <summary>The conditions under which a member of a sorted set is written.</summary>
[Flags]
public enum SortedSetWhen
{
    /// <summary>In any case.</summary>
    Always = 0,

    /// <summary>Only members that exist.</summary>
    Exists = 1,

    /// <summary>Only to a greater score; new members are added.</summary>
    GreaterThan = 2,

    /// <summary>Only to a smaller score; new members are added.</summary>
    LessThan = 4,

    /// <summary>Only members that do not exist.</summary>
    NotExists = 8,
}

/// <summary>The direction of a range.</summary>
public enum Order
{
    /// <summary>Lowest first.</summary>
    Ascending,

    /// <summary>Highest first.</summary>
    Descending,
}

/// <summary>Which ends of a range do not belong to it.</summary>
[Flags]
public enum Exclude
{
    /// <summary>Both ends belong to the range.</summary>
    None = 0,

    /// <summary>The start does not.</summary>
    Start = 1,

    /// <summary>The end does not.</summary>
    Stop = 2,

    /// <summary>Neither end does.</summary>
    Both = Start | Stop,
}

/// <summary>What trimming a stream does with the groups' references to removed entries (servers from 8.2).</summary>
public enum StreamTrimMode
{
    /// <summary>References are kept; the only mode of older servers.</summary>
    KeepReferences = 0,

    /// <summary>References are removed too.</summary>
    DeleteReferences = 1,

    /// <summary>Only entries that all groups have acknowledged are removed.</summary>
    Acknowledged = 2,
}

/// <summary>Why a connection was lost or not made.</summary>
public enum ConnectionFailureType
{
    /// <summary>Nothing failed.</summary>
    None,

    /// <summary>There is no connection to use.</summary>
    UnableToResolvePhysicalConnection,

    /// <summary>Reading or writing failed, or the server stopped answering.</summary>
    SocketFailure,

    /// <summary>The user, the password or the certificate was refused.</summary>
    AuthenticationFailure,

    /// <summary>The server said something that could not be understood.</summary>
    ProtocolFailure,

    /// <summary>A fault of the client.</summary>
    InternalFailure,

    /// <summary>The server closed the connection.</summary>
    SocketClosed,

    /// <summary>The client was closed.</summary>
    ConnectionDisposed,

    /// <summary>The server is still loading its data.</summary>
    Loading,

    /// <summary>The server could not be reached.</summary>
    UnableToConnect,

    /// <summary>A reply did not belong to its command.</summary>
    ResponseIntegrityFailure,
}

/// <summary>What a connection is for.</summary>
public enum ConnectionType
{
    /// <summary>Not known.</summary>
    None = 0,

    /// <summary>Commands and their replies.</summary>
    Interactive = 1,

    /// <summary>Messages of channels.</summary>
    Subscription = 2,
}

/// <summary>How far a command had come when it failed.</summary>
public enum CommandStatus
{
    /// <summary>Not known.</summary>
    Unknown,

    /// <summary>Not sent: it was not carried out.</summary>
    WaitingToBeSent,

    /// <summary>Sent: it may or may not have been carried out.</summary>
    Sent,

    /// <summary>Not sent, it waited for a connection: it was not carried out.</summary>
    WaitingInBacklog,
}

/// <summary>The kind of a server's reply.</summary>
public enum ResultType : byte
{
    /// <summary>No reply.</summary>
    None = 0,

    /// <summary>A short text, such as OK.</summary>
    SimpleString = 1,

    /// <summary>An error.</summary>
    Error = 2,

    /// <summary>A whole number.</summary>
    Integer = 3,

    /// <summary>Text or bytes.</summary>
    BulkString = 4,

    /// <summary>A list of replies.</summary>
    Array = 5,

    /// <summary>No value.</summary>
    Null = 8,
}
