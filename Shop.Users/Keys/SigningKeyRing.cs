using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;
using Microsoft.IdentityModel.Tokens;

namespace Shop.Users.Keys;

/// <summary>The keys as of one reading.</summary>
/// <param name="Signing">Signs new tokens.</param>
/// <param name="Published">Verify tokens.</param>
internal sealed record SigningKeys(SigningCredentials Signing, IReadOnlyList<RsaSecurityKey> Published);

/// <summary>
/// The signing keys in memory, read again every half minute. All replicas read the same rows; the first to find no key
/// to sign with creates one under a lock, and the others find it there.
/// </summary>
internal sealed class SigningKeyRing(
    IServiceScopeFactory scopes, KeyProtection protection, TimeProvider clock, ILogger<SigningKeyRing> log) : IDisposable
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LeastAge = TimeSpan.FromSeconds(5);
    private const long CreationLock = 0x7573_6572_732d_6b65;

    private readonly IDataProtector _protector = protection.For("signing key");
    private readonly SemaphoreSlim _reading = new(1);
    private volatile Reading? _last;

    public async ValueTask<SigningKeys> CurrentAsync(CancellationToken cancel)
    {
        if (_last is { } last && clock.GetUtcNow() < last.DueAt)
            return last.Keys;

        await _reading.WaitAsync(cancel);
        try
        {
            var now = clock.GetUtcNow();
            if (_last is { } other && now < other.DueAt)
                return other.Keys;

            _last = new(await ReadAgainAsync(now, cancel), now, now + Fresh);
            return _last.Keys;
        }
        finally
        {
            _reading.Release();
        }
    }

    /// <summary>A token came with a key id that is not here. Made-up ids must not become a query each, so a young reading stays.</summary>
    public void SuspectStale()
    {
        if (_last is { } last && clock.GetUtcNow() - last.At >= LeastAge)
            _last = last with { DueAt = last.At };
    }

    public void Dispose() => _reading.Dispose();

    private async Task<SigningKeys> ReadAgainAsync(DateTimeOffset now, CancellationToken cancel)
    {
        try
        {
            return await ReadOrCreateAsync(now, cancel);
        }
#pragma warning disable CA1031 // Whatever keeps us from reading: requests go on with the keys that we have.
        catch (Exception exception) when (_last is not null && !cancel.IsCancellationRequested)
#pragma warning restore CA1031
        {
            log.SigningKeysStale(exception);
            return _last.Keys;
        }
    }

    private async Task<SigningKeys> ReadOrCreateAsync(DateTimeOffset now, CancellationToken cancel)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<UsersDb>();
        if (await ReadAsync(db, now, cancel) is { } keys)
            return keys;

        await using var transaction = await db.Database.BeginTransactionAsync(cancel);
        await db.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock({CreationLock})", cancel);
        if (await ReadAsync(db, now, cancel) is { } created)
            return created;

        var key = SigningKey.Create(_protector, now);
        db.SigningKeys.Add(key);
        await db.SaveChangesAsync(cancel);
        await transaction.CommitAsync(cancel);
        log.SigningKeyCreated(key.Id, key.ActiveFrom);
        return await ReadAsync(db, now, cancel) ?? throw new CryptographicException("The signing key just created can't be read.");
    }

    /// <returns>Null when there is no key to sign with.</returns>
    private async Task<SigningKeys?> ReadAsync(UsersDb db, DateTimeOffset now, CancellationToken cancel)
    {
        var rows = await db.SigningKeys.AsNoTracking()
            .Where(key => key.RetiredAt == null || key.RetiredAt > now)
            .OrderByDescending(key => key.ActiveFrom).ThenBy(key => key.Id)
            .ToListAsync(cancel);
        var signing = rows.Where(key => key.ActiveFrom <= now).Select(TryCredentials).FirstOrDefault(credentials => credentials is not null);
        return signing is null ? null : new(signing, [.. rows.Select(key => key.Public())]);
    }

    private SigningCredentials? TryCredentials(SigningKey key)
    {
        // Decrypting and setting up the same key every half minute would be for nothing.
        if (_last?.Keys.Signing is { } current && current.Key.KeyId == key.Id)
            return current;

        try
        {
            return key.Credentials(_protector);
        }
        catch (CryptographicException exception)
        {
            log.SigningKeyUnreadable(exception, key.Id);
            return null;
        }
    }

    private sealed record Reading(SigningKeys Keys, DateTimeOffset At, DateTimeOffset DueAt);
}
