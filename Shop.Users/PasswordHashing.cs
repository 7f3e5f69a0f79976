using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace Shop.Users;

/// <summary>
/// Hashes passwords at OWASP's cost (PBKDF2, SHA-512, 220,000 iterations). One hash takes a processor for about 0.1 s, so at
/// most half of the processors hash at once: a flood of sign-ins waits or is sent away, and the rest of the shop goes on.
/// </summary>
internal sealed class PasswordHashing : IDisposable
{
    private const int WaitingPerProcessor = 24;

    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(5);

    public static readonly TimeSpan WhenBusy = TimeSpan.FromSeconds(2);

    private readonly PasswordHasher<Account> _hasher;
    private readonly ConcurrencyLimiter _slots;
    private readonly string _hashOfNobody;

    public PasswordHashing(IOptions<PasswordHashingOptions> options)
    {
        _hasher = new(Options.Create(new PasswordHasherOptions { IterationCount = options.Value.HashIterations }));
        var atOnce = Math.Max(1, Environment.ProcessorCount / 2);
        _slots = new(new() { PermitLimit = atOnce, QueueLimit = atOnce * WaitingPerProcessor, QueueProcessingOrder = QueueProcessingOrder.OldestFirst });
        _hashOfNobody = Hash(Guid.CreateVersion7().ToString());
    }

    /// <summary>Waits for a turn to hash, which lasts until it is disposed of.</summary>
    /// <returns>Null when the line is full or too slow: better sent away at once than timed out.</returns>
    public async ValueTask<IDisposable?> TakeTurn(CancellationToken cancel)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(LongestWait);
        try
        {
            var turn = await _slots.AcquireAsync(1, patience.Token);
            return turn.IsAcquired ? turn : null;
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
        var result = _hasher.VerifyHashedPassword(null!, account?.PasswordHash ?? _hashOfNobody, password);
        return account is null ? PasswordVerificationResult.Failed : result;
    }

    public void Dispose() => _slots.Dispose();
}
