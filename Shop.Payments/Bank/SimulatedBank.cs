using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Shop.ServiceDefaults;

namespace Shop.Payments.Bank;

/// <summary>
/// A bank whose answer depends on the token alone. It keeps records of its own and commits each call by itself, so that
/// its caller can die or time out between the charge and the answer, as with a real one.
/// </summary>
internal sealed class SimulatedBank(
    IServiceScopeFactory scopes, IOptionsMonitor<SimulatedBankOptions> options, TimeProvider clock) : PaymentProvider
{
    public override async Task<BankAnswer> ChargeAsync(Guid key, string token, Money amount, CancellationToken cancel)
    {
        var lost = await ReceiveAsync(cancel);
        if (token == "tok_down")
            await HangAsync(cancel);

        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<BankDb>();
        if (token == "tok_flaky" && await StillFailsAsync(db, key, cancel))
            return new UnknownOutcome();

        var (status, reason) = Decide(token);
        var slow = token == "tok_slow" ? options.CurrentValue.SlowAnswer : TimeSpan.Zero;
        var isFirst = await db.Database.ExecuteSqlAsync(
            $"""
            INSERT INTO bank.charges (key, token, amount, currency, status, reason, answers_at)
            VALUES ({key}, {token}, {amount.Amount}, {amount.Currency}, {status.ToString()}, {reason}, now() + {slow})
            ON CONFLICT (key) DO NOTHING
            """,
            cancel) == 1;

        if (lost || (isFirst && token == "tok_timeout_after_charge"))
            await HangAsync(cancel);
        if (isFirst && slow == TimeSpan.Zero)
            return Answer(status, reason);
        if (isFirst)
            await Task.Delay(slow, clock, cancel);

        return await ReadAsync(db, key, cancel);
    }

    public override async Task<BankAnswer> FindAsync(Guid key, CancellationToken cancel)
    {
        if (await ReceiveAsync(cancel) || options.CurrentValue.Outage == BankOutage.AnswersNoQuestions)
            await HangAsync(cancel);

        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<BankDb>();
        var delay = options.CurrentValue.ShowsChargesAfter;
        return delay > TimeSpan.Zero && await IsYoungerThanAsync(db, key, delay, cancel)
            ? new NoSuchCharge()
            : await ReadAsync(db, key, cancel);
    }

    public override async Task<BankAnswer> VoidAsync(Guid key, Money amount, CancellationToken cancel)
    {
        var lost = await ReceiveAsync(cancel);
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<BankDb>();
        await db.Database.ExecuteSqlAsync(
            $"""
            INSERT INTO bank.charges (key, token, amount, currency, status)
            VALUES ({key}, '', {amount.Amount}, {amount.Currency}, {nameof(ChargeStatus.Voided)})
            ON CONFLICT (key) DO NOTHING
            """,
            cancel);
        if (lost)
            await HangAsync(cancel);

        return await ReadAsync(db, key, cancel);
    }

    public override async Task<BankAnswer> RefundAsync(Guid key, Guid charge, Money amount, CancellationToken cancel)
    {
        var lost = await ReceiveAsync(cancel);
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<BankDb>();
        await using var transaction = await db.Database.BeginTransactionAsync(cancel);
        // The lock lets refunds of one charge pass one by one, so that together they can't exceed it.
        await db.Database.ExecuteSqlAsync($"SELECT 1 FROM bank.charges WHERE key = {charge} FOR UPDATE", cancel);
        await db.Database.ExecuteSqlAsync(
            $"""
            INSERT INTO bank.refunds (key, charge_key, amount, currency)
            SELECT {key}, c.key, {amount.Amount}, c.currency FROM bank.charges c
            WHERE c.key = {charge} AND c.status = {nameof(ChargeStatus.Charged)} AND c.currency = {amount.Currency}
              AND c.amount >= {amount.Amount}
                + (SELECT coalesce(sum(r.amount), 0) FROM bank.refunds r WHERE r.charge_key = c.key)
            ON CONFLICT (key) DO NOTHING
            """,
            cancel);
        var isRefunded = await db.Refunds.AnyAsync(
            refund => refund.Key == key && refund.ChargeKey == charge && refund.Amount == amount.Amount, cancel);
        if (!isRefunded)
            throw new InvalidOperationException($"The bank can't refund {amount} of the charge {charge}.");

        await transaction.CommitAsync(cancel);
        if (lost)
            await HangAsync(cancel);

        return new Refunded(amount.Amount);
    }

    public override async Task<IReadOnlyList<BankRecord>> ListChargesAsync(
        Guid after, int most, CancellationToken cancel)
    {
        if (await ReceiveAsync(cancel))
            await HangAsync(cancel);

        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<BankDb>();
        var charges = await db.Charges.AsNoTracking()
            .Where(charge => charge.Key > after)
            .OrderBy(charge => charge.Key)
            .Take(most)
            .ToListAsync(cancel);
        var now = clock.GetUtcNow();
        return charges.ConvertAll(charge =>
            new BankRecord(charge.Key, StatusOf(charge, now), new(charge.Amount, charge.Currency)));
    }

    public override async Task<IReadOnlyList<BankRecord>> ListRefundsAsync(
        Guid after, int most, CancellationToken cancel)
    {
        if (await ReceiveAsync(cancel))
            await HangAsync(cancel);

        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<BankDb>();
        var refunds = await db.Refunds.AsNoTracking()
            .Where(refund => refund.Key > after)
            .OrderBy(refund => refund.Key)
            .Take(most)
            .ToListAsync(cancel);
        return refunds.ConvertAll(refund =>
            new BankRecord(refund.Key, BankRecordStatus.Refunded, new(refund.Amount, refund.Currency)));
    }

    private static (ChargeStatus Status, string? Reason) Decide(string token) => token switch
    {
        "tok_visa" or "tok_slow" or "tok_timeout_after_charge" or "tok_flaky" => (ChargeStatus.Charged, null),
        "tok_insufficient_funds" => (ChargeStatus.Declined, "There is not enough money on the card."),
        "tok_declined" => (ChargeStatus.Declined, "The card was declined."),
        _ => (ChargeStatus.Declined, "The card is not known."),
    };

    /// <summary>What every call goes through before it has an effect.</summary>
    /// <returns>Whether the answer is going to be lost.</returns>
    private async Task<bool> ReceiveAsync(CancellationToken cancel)
    {
        var now = options.CurrentValue;
        await Task.Delay(now.Latency, clock, cancel);
        switch (now.Outage)
        {
            case BankOutage.Hangs:
                await HangAsync(cancel);
                break;
            case BankOutage.Refuses:
                throw new InvalidOperationException("The bank is closed.");
            case BankOutage.TurnsAway:
                throw new TurnedAwayException(now.RetryAfter);
        }

        return now.Outage == BankOutage.LosesAnswers;
    }

    private static BankRecordStatus StatusOf(BankCharge charge, DateTimeOffset now) => charge.Status switch
    {
        _ when charge.AnswersAt > now => BankRecordStatus.Pending,
        ChargeStatus.Charged => BankRecordStatus.Charged,
        ChargeStatus.Voided => BankRecordStatus.Voided,
        _ => BankRecordStatus.Declined,
    };

    private static async Task<bool> IsYoungerThanAsync(
        BankDb db, Guid key, TimeSpan age, CancellationToken cancel) =>
        await db.Database.SqlQuery<bool>(
            $"""
            SELECT EXISTS (SELECT 1 FROM bank.charges WHERE key = {key} AND created_at > now() - {age}) AS "Value"
            """).SingleAsync(cancel);

    private Task HangAsync(CancellationToken cancel) => Task.Delay(Timeout.InfiniteTimeSpan, clock, cancel);

    private static async Task<bool> StillFailsAsync(BankDb db, Guid key, CancellationToken cancel) =>
        await db.Database.ExecuteSqlAsync(
            $"""
            INSERT INTO bank.failures AS f (key, calls) VALUES ({key}, 1)
            ON CONFLICT (key) DO UPDATE SET calls = f.calls + 1 WHERE f.calls < 2
            """,
            cancel) == 1;

    private static async Task<BankAnswer> ReadAsync(BankDb db, Guid key, CancellationToken cancel)
    {
        var found = await db.Database.SqlQuery<Found>(
            $"""
            SELECT status, reason, answers_at > now() AS is_pending
            FROM bank.charges WHERE key = {key}
            """).SingleOrDefaultAsync(cancel);
        return found switch
        {
            null => new NoSuchCharge(),
            { IsPending: true } => new Pending(),
            _ => Answer(Enum.Parse<ChargeStatus>(found.Status), found.Reason),
        };
    }

    private static BankAnswer Answer(ChargeStatus status, string? reason) => status switch
    {
        ChargeStatus.Charged => new Charged(),
        ChargeStatus.Voided => new Voided(),
        _ => new Declined(reason!),
    };

    private sealed record Found(string Status, string? Reason, bool IsPending);
}
