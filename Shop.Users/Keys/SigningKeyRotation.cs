using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Shop.Data;
using Shop.ServiceDefaults;

namespace Shop.Users.Keys;

/// <summary>
/// Rotates the signing keys. A new key is published for a while before it signs, and the old one verifies until its
/// last token has expired. A database lock lets one replica at a time decide, so at most one published key is not
/// active yet.
/// </summary>
internal sealed class SigningKeyRotation(
    KeyProtection protection, SigningKeyMetrics metrics, IOptions<SigningKeyOptions> options, TimeProvider clock,
    ILogger<SigningKeyRotation> log)
{
    private readonly IDataProtector _protector = protection.For(SigningKey.Purpose);

    /// <summary>Returns the key that is published but not active yet, or else creates one.</summary>
    public async Task<SigningKey> RotateAsync(UsersDb db, CancellationToken cancel) => (await DecideAsync(
        db,
        (newest, now) =>
            newest is not null && newest.ActiveFrom > now
                ? newest
                : Create(db, now, now + options.Value.Lead, "operator"),
        cancel))!;

    /// <summary>Creates the next key when it is due, and destroys the private part of retired ones.</summary>
    public Task RotateIfDueAsync(UsersDb db, CancellationToken cancel) => DecideAsync(
        db,
        (newest, now) =>
        {
            // The first key is created by CreateFirstAsync, when it is needed.
            var due = newest is not null && newest.ActiveFrom + options.Value.Life <= now + options.Value.Lead;
            return due ? Create(db, now, now + options.Value.Lead, "schedule") : newest;
        },
        cancel);

    /// <summary>Creates a key that signs at once when there is none to sign with.</summary>
    public Task CreateFirstAsync(UsersDb db, Func<SigningKey, bool> canSign, CancellationToken cancel) => DecideAsync(
        db,
        (newest, now) =>
            newest is not null && newest.ActiveFrom <= now && canSign(newest) ? newest : Create(db, now, now, "first"),
        cancel);

    private async Task<SigningKey?> DecideAsync(
        UsersDb db, Func<SigningKey?, DateTimeOffset, SigningKey?> decide, CancellationToken cancel)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(cancel);
        await db.Database.LockAsync("users.signing-keys", cancel);
        var now = clock.GetUtcNow();
        byte[] destroyed = [];
        var keys = await db.SigningKeys
            .Where(key => key.RetiredAt == null || key.PrivateKey != destroyed)
            .OrderByDescending(key => key.ActiveFrom).ThenBy(key => key.Id)
            .ToListAsync(cancel);
        var chosen = decide(keys.FirstOrDefault(key => key.VerifiesAt(now)), now);
        foreach (var key in keys)
        {
            if (key.ActiveFrom < chosen?.ActiveFrom)
                key.Retire(chosen.ActiveFrom + options.Value.Overlap);

            if (!key.VerifiesAt(now))
            {
                key.DestroyPrivatePart();
                log.SigningKeyDestroyed(key.Id);
            }
        }

        await db.SaveChangesAsync(cancel);
        await transaction.CommitAsync(cancel);
        return chosen;
    }

    private SigningKey Create(UsersDb db, DateTimeOffset now, DateTimeOffset activeFrom, string cause)
    {
        var key = SigningKey.Create(_protector, now, activeFrom);
        db.SigningKeys.Add(key);
        metrics.Created(cause);
        log.SigningKeyCreated(key.Id, key.ActiveFrom);
        return key;
    }
}

/// <summary>Rotates the signing keys on schedule, and refreshes the cache of every replica.</summary>
internal sealed class SigningKeyRotationWorker(
    IServiceScopeFactory scopes, SigningKeyRotation rotation, SigningKeyRing ring, DatabaseReadiness<UsersDb> database,
    IOptions<SigningKeyOptions> options, ILogger<SigningKeyRotationWorker> log)
    : BackgroundWorker("Upkeep of the signing keys", options.Value.Check, database.Migrated, log)
{
    protected override async Task<bool> WorkAsync(CancellationToken cancel)
    {
        await using var scope = scopes.CreateAsyncScope();
        await rotation.RotateIfDueAsync(scope.ServiceProvider.GetRequiredService<UsersDb>(), cancel);
        // A replica without requests must also know the next key before it becomes active.
        await ring.CurrentAsync(cancel);
        return false;
    }
}
