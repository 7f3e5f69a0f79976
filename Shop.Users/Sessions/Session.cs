namespace Shop.Users.Sessions;

/// <summary>
/// One sign-in and its chain of refresh tokens. Each token is exchanged once for its successor. If it is used again
/// later, it was stolen, and the session ends (RFC 9700, 4.14.2).
/// </summary>
internal sealed class Session
{
    public static readonly TimeSpan LongestLife = TimeSpan.FromDays(30);
    public static readonly TimeSpan LongestIdle = TimeSpan.FromDays(7);

    /// <summary>
    /// How long a client that lost the answer may repeat the request. It gets the same successor, unless that is used
    /// already.
    /// </summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(30);

    public required Guid Id { get; init; }
    public required Guid AccountId { get; init; }
    public required DateTimeOffset StartedAt { get; init; }
    public DateTimeOffset? EndedAt { get; private set; }

    /// <summary>Derives each token's successor; encrypted.</summary>
    public required byte[] RotationKey { get; init; }

    /// <summary>How long a token issued now can be used.</summary>
    public TimeSpan LifeLeft(DateTimeOffset now) =>
        StartedAt + LongestLife - now is var left && left < LongestIdle ? left : LongestIdle;

    public void End(DateTimeOffset now) => EndedAt ??= now;

    /// <param name="token">The token that is presented.</param>
    /// <param name="successor">What it was exchanged for, if it was.</param>
    /// <param name="now">The time.</param>
    public RefreshOutcome Refresh(RefreshToken token, RefreshToken? successor, DateTimeOffset now)
    {
        if (EndedAt is not null)
            return RefreshOutcome.Ended;

        if (token.UsedAt is { } usedAt)
        {
            // If the successor has been used, the answer was not lost, so this is no repetition by the client.
            if (now - usedAt <= Grace && successor is { UsedAt: null })
                return RefreshOutcome.Repeated;

            End(now);
            return RefreshOutcome.Reused;
        }

        if (now >= StartedAt + LongestLife || now >= token.IssuedAt + LongestIdle)
            return RefreshOutcome.Expired;

        token.UsedAt = now;
        return RefreshOutcome.Rotated;
    }
}

internal enum RefreshOutcome
{
    /// <summary>The token was used for the first time: its successor is to be stored.</summary>
    Rotated,

    /// <summary>The token was used a moment ago: its successor is stored already.</summary>
    Repeated,

    Expired,
    Ended,

    /// <summary>The token was used long ago, or its successor was used too: the session has just been ended.</summary>
    Reused,
}

/// <summary>A refresh token, stored as its hash.</summary>
internal sealed class RefreshToken
{
    public required byte[] Hash { get; init; }
    public required Guid SessionId { get; init; }
    public required DateTimeOffset IssuedAt { get; init; }
    public DateTimeOffset? UsedAt { get; set; }
}
