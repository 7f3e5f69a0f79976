using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace Shop.Users;

/// <summary>
/// Hashes passwords at the cost that OWASP recommends (PBKDF2, SHA-512, 220,000 iterations). One hash takes about 0.1 s
/// of a processor, so at most half of the processors hash at once: a flood of sign-ins waits or gets 429, and other
/// requests are not slowed down.
/// </summary>
internal sealed class PasswordHashing : IDisposable
{
    // 24 hashes of about 0.1 s take 2.4 s: even on a processor that is half as fast, the last of the queue is served
    // within MaxWait.
    private const int QueuePerHash = 24;

    private static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(5);

    public static readonly TimeSpan RetryAfterBusy = TimeSpan.FromSeconds(2);

    private readonly PasswordHasher<Account> _hasher;
    private readonly ConcurrencyLimiter _slots;
    private readonly string _dummyHash;

    public PasswordHashing(IOptions<PasswordHashingOptions> options)
    {
        _hasher = new(Options.Create(new PasswordHasherOptions { IterationCount = options.Value.HashIterations }));
        var atOnce = Math.Max(1, Environment.ProcessorCount / 2);
        _slots = new(
            new()
            {
                PermitLimit = atOnce,
                QueueLimit = atOnce * QueuePerHash,
                QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
            });
        _dummyHash = Hash(Guid.CreateVersion7().ToString());
    }

    /// <summary>Waits for a slot to hash in, which is held until it is disposed of.</summary>
    /// <returns>
    /// Null when the queue is full or too slow: the caller then answers 429, which is better than a timeout.
    /// </returns>
    public async ValueTask<IDisposable?> AcquireSlotAsync(CancellationToken cancel)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        timeout.CancelAfter(MaxWait);
        try
        {
            var slot = await _slots.AcquireAsync(1, timeout.Token);
            return slot.IsAcquired ? slot : null;
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return null;
        }
    }

    public string Hash(string password) => _hasher.HashPassword(null!, password);

    /// <summary>Takes as long for an account that does not exist as for one that does.</summary>
    public PasswordVerificationResult Verify(Account? account, string password)
    {
        var result = _hasher.VerifyHashedPassword(null!, account?.PasswordHash ?? _dummyHash, password);
        return account is null ? PasswordVerificationResult.Failed : result;
    }

    public void Dispose() => _slots.Dispose();
}
