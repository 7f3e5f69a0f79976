namespace Shop.Users;

/// <summary>Ids only: an e-mail address, a password or a token never reaches a log.</summary>
internal static partial class UsersLog
{
    [LoggerMessage(1, LogLevel.Information, "Account {AccountId} registered")]
    public static partial void Registered(this ILogger log, Guid accountId);

    [LoggerMessage(2, LogLevel.Information, "Account {AccountId} signed in, session {SessionId}")]
    public static partial void SignedIn(this ILogger log, Guid accountId, Guid sessionId);

    [LoggerMessage(
        3, LogLevel.Warning, "A used refresh token of account {AccountId} came back, session {SessionId} ended")]
    public static partial void RefreshTokenReused(this ILogger log, Guid accountId, Guid sessionId);

    [LoggerMessage(4, LogLevel.Information, "Signing key {KeyId} created, in use from {ActiveFrom}")]
    public static partial void SigningKeyCreated(this ILogger log, string keyId, DateTimeOffset activeFrom);

    [LoggerMessage(
        5, LogLevel.Error,
        "Signing key {KeyId} can't be decrypted; its tokens stay valid, nothing more is signed with it")]
    public static partial void SigningKeyUnreadable(this ILogger log, Exception exception, string keyId);

    [LoggerMessage(6, LogLevel.Warning, "Signing keys can't be read again, those read last stay in use")]
    public static partial void SigningKeysStale(this ILogger log, Exception exception);

    [LoggerMessage(20, LogLevel.Information, "Signing key {KeyId} is retired, its private part destroyed")]
    public static partial void SigningKeyDestroyed(this ILogger log, string keyId);

    [LoggerMessage(7, LogLevel.Information, "Demo account {AccountId} seeded")]
    public static partial void DemoAccountSeeded(this ILogger log, Guid accountId);

    [LoggerMessage(40, LogLevel.Information, "Account {AccountId} changed its password, its other sessions ended")]
    public static partial void PasswordChanged(this ILogger log, Guid accountId);

    [LoggerMessage(41, LogLevel.Information, "Account {AccountId} was deleted by its owner")]
    public static partial void Deleted(this ILogger log, Guid accountId);

    [LoggerMessage(42, LogLevel.Warning, "Account {AccountId} was locked by operator {OperatorId}")]
    public static partial void Locked(this ILogger log, Guid accountId, Guid operatorId);

    [LoggerMessage(43, LogLevel.Warning, "Account {AccountId} was unlocked by operator {OperatorId}")]
    public static partial void Unlocked(this ILogger log, Guid accountId, Guid operatorId);

    [LoggerMessage(44, LogLevel.Warning, "Account {AccountId} was made {Role} by operator {OperatorId}")]
    public static partial void Appointed(this ILogger log, Guid accountId, string role, Guid operatorId);
}
