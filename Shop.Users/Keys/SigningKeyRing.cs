using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Tokens;

namespace Shop.Users.Keys;

/// <summary>The keys as of one moment.</summary>
/// <param name="Signing">Signs new tokens.</param>
/// <param name="Published">Verify tokens, or will.</param>
internal sealed record SigningKeys(SigningCredentials Signing, IReadOnlyList<RsaSecurityKey> Published);

/// <summary>
/// The signing keys in memory, read again every now and then. A key is read long before its time comes, so all replicas
/// begin to sign with it at the same moment, whether they can reach the database just then or not.
/// </summary>
internal sealed class SigningKeyRing(
    IServiceScopeFactory scopes, SigningKeyRotation rotation, KeyProtection protection,
    IOptions<SigningKeyOptions> options, TimeProvider clock, ILogger<SigningKeyRing> log) : IDisposable
{
    private static readonly TimeSpan LeastAge = TimeSpan.FromSeconds(5);

    private readonly IDataProtector _protector = protection.For(SigningKey.Purpose);
    private readonly SemaphoreSlim _reading = new(1);
    private volatile Reading? _last;

    public async ValueTask<SigningKeys> CurrentAsync(CancellationToken cancel)
    {
        if (_last is { } last && clock.GetUtcNow() is var moment && moment < last.DueAt && last.At(moment) is { } keys)
            return keys;

        await _reading.WaitAsync(cancel);
        try
        {
            var now = clock.GetUtcNow();
            if (_last is { } other && now < other.DueAt && other.At(now) is { } read)
                return read;

            _last = new(await ReadAgainAsync(cancel), now, now + options.Value.Check);
            return _last.At(clock.GetUtcNow()) ?? throw new CryptographicException("There is no signing key that can be read.");
        }
        finally
        {
            _reading.Release();
        }
    }

    /// <summary>A token came with a key id that is not here. Made-up ids must not become a query each, so a young reading stays.</summary>
    public void SuspectStale()
    {
        if (_last is { } last && clock.GetUtcNow() - last.ReadAt >= LeastAge)
            _last = last with { DueAt = last.ReadAt };
    }

    /// <summary>The keys have been changed in this process.</summary>
    public void ReadAgainSoon()
    {
        if (_last is { } last)
            _last = last with { DueAt = last.ReadAt };
    }

    public void Dispose() => _reading.Dispose();

    private async Task<IReadOnlyList<KnownKey>> ReadAgainAsync(CancellationToken cancel)
    {
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            var db = scope.ServiceProvider.GetRequiredService<UsersDb>();
            var keys = await ReadAsync(db, cancel);
            if (new Reading(keys, default, default).At(clock.GetUtcNow()) is not null)
                return keys;

            await rotation.CreateFirstAsync(db, CanSign, cancel);
            return await ReadAsync(db, cancel);
        }
#pragma warning disable CA1031 // Whatever keeps us from reading: requests go on with the keys that we have.
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
        // Decrypting and setting up the same key every time would be for nothing.
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

    /// <param name="Keys">Those used last come first.</param>
    /// <param name="ReadAt">When they were read.</param>
    /// <param name="DueAt">When they are to be read again.</param>
    private sealed record Reading(IReadOnlyList<KnownKey> Keys, DateTimeOffset ReadAt, DateTimeOffset DueAt)
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
