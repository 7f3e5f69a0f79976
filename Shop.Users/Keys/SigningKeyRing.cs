using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Tokens;

namespace Shop.Users.Keys;

/// <summary>The keys at one moment.</summary>
/// <param name="Signing">Signs new tokens.</param>
/// <param name="Published">Verify tokens, now or later.</param>
internal sealed record SigningKeys(SigningCredentials Signing, IReadOnlyList<RsaSecurityKey> Published);

/// <summary>
/// Caches the signing keys in memory. A key is read long before it becomes active, so all replicas begin to sign with
/// it at the same moment, even if they cannot reach the database then.
/// </summary>
internal sealed class SigningKeyRing(
    IServiceScopeFactory scopes, SigningKeyRotation rotation, KeyProtection protection,
    IOptions<SigningKeyOptions> options, TimeProvider clock, ILogger<SigningKeyRing> log) : IDisposable
{
    private static readonly TimeSpan MinRefreshInterval = TimeSpan.FromSeconds(5);

    private readonly IDataProtector _protector = protection.For(SigningKey.Purpose);
    private readonly SemaphoreSlim _readLock = new(1);
    private volatile Snapshot? _last;

    public async ValueTask<SigningKeys> CurrentAsync(CancellationToken cancel)
    {
        if (_last is { } last && clock.GetUtcNow() is var moment && moment < last.DueAt && last.At(moment) is { } keys)
            return keys;

        await _readLock.WaitAsync(cancel);
        try
        {
            var now = clock.GetUtcNow();
            if (_last is { } other && now < other.DueAt && other.At(now) is { } read)
                return read;

            _last = new(await ReadAgainAsync(cancel), now, now + options.Value.Check);
            return _last.At(clock.GetUtcNow())
                ?? throw new CryptographicException("There is no signing key that can be read.");
        }
        finally
        {
            _readLock.Release();
        }
    }

    /// <summary>
    /// Reads the keys again at the next use, for a token with an unknown key id; but not right after the last read, so
    /// that made-up ids do not cause a query each.
    /// </summary>
    public void RequestRefresh()
    {
        if (_last is { } last && clock.GetUtcNow() - last.ReadAt >= MinRefreshInterval)
            _last = last with { DueAt = last.ReadAt };
    }

    /// <summary>Reads the keys again at the next use, because this process has changed them.</summary>
    public void Invalidate()
    {
        if (_last is { } last)
            _last = last with { DueAt = last.ReadAt };
    }

    public void Dispose() => _readLock.Dispose();

    private async Task<IReadOnlyList<KnownKey>> ReadAgainAsync(CancellationToken cancel)
    {
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            var db = scope.ServiceProvider.GetRequiredService<UsersDb>();
            var keys = await ReadAsync(db, cancel);
            if (new Snapshot(keys, default, default).At(clock.GetUtcNow()) is not null)
                return keys;

            await rotation.CreateFirstAsync(db, CanSign, cancel);
            return await ReadAsync(db, cancel);
        }
#pragma warning disable CA1031 // If reading fails for any reason, requests go on with the keys read last.
        catch (Exception exception) when (_last is not null && !cancel.IsCancellationRequested)
#pragma warning restore CA1031
        {
            log.SigningKeysStale(exception);
            return _last.Keys;
        }
    }

    private async Task<IReadOnlyList<KnownKey>> ReadAsync(UsersDb db, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        var rows = await db.SigningKeys.AsNoTracking()
            .Where(key => key.RetiredAt == null || key.RetiredAt > now)
            .OrderByDescending(key => key.ActiveFrom).ThenBy(key => key.Id)
            .ToListAsync(cancel);
        // Known keys are reused, which saves decrypting them again.
        return [.. rows.Select(row => _last?.Keys.FirstOrDefault(known => known.Row.Id == row.Id) is { } known
            ? known with { Row = row }
            : new KnownKey(row, row.Public(), TryCredentials(row)))];
    }

    private bool CanSign(SigningKey key) => TryCredentials(key) is not null;

    private SigningCredentials? TryCredentials(SigningKey key)
    {
        if (key.PrivateKey.Length == 0)
            return null;

        try
        {
            return key.Credentials(_protector);
        }
        catch (CryptographicException exception) when (!KeyProtection.IsAway(exception))
        {
            log.SigningKeyUnreadable(exception, key.Id);
            return null;
        }
    }

    private sealed record KnownKey(SigningKey Row, RsaSecurityKey Public, SigningCredentials? Credentials);

    /// <param name="Keys">The most recently active first.</param>
    /// <param name="ReadAt">When they were read.</param>
    /// <param name="DueAt">When they will be read again.</param>
    private sealed record Snapshot(IReadOnlyList<KnownKey> Keys, DateTimeOffset ReadAt, DateTimeOffset DueAt)
    {
        /// <returns>Null when there is no key to sign with.</returns>
        public SigningKeys? At(DateTimeOffset now)
        {
            var published = Keys.Where(key => key.Row.VerifiesAt(now)).ToList();
            var signing = published.FirstOrDefault(key => key.Row.ActiveFrom <= now && key.Credentials is not null);
            return signing is null ? null : new(signing.Credentials!, [.. published.Select(key => key.Public)]);
        }
    }
}
