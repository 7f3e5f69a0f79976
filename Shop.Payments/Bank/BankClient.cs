using System.Diagnostics;
using Microsoft.Extensions.Options;
using Polly;
using Polly.CircuitBreaker;
using Polly.Timeout;
using Shop.ServiceDefaults;

namespace Shop.Payments.Bank;

/// <summary>
/// All calls to the bank: a time-out on each and a circuit breaker for the bank as a whole. After the bank has turned a
/// call away with a time to come back, nothing is sent until then. Only what can't be the fault of one card opens the
/// breaker: errors of the bank itself, and time-outs of calls that touch no card. A charge or refund that hangs may be
/// the trouble of one card's issuer, so it doesn't count; if the bank as a whole hangs, the question by key that
/// follows each such charge hangs too, and that counts.
/// </summary>
internal sealed partial class BankClient
{
    /// <summary>A page of the bank's records is larger than any other answer, and nobody waits for it.</summary>
    private static readonly TimeSpan RecordsTimeout = TimeSpan.FromSeconds(10);

    /// <summary>Orders that wait for their payment would time out if we obeyed a bank that asks for more.</summary>
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(5);

    private readonly PaymentProvider _bank;
    private readonly PaymentsMetrics _metrics;
    private readonly ILogger<BankClient> _log;
    private readonly ResiliencePipeline<BankAnswer> _pipeline;
    private readonly TimeProvider _clock;
    private long _awayUntil = long.MinValue;

    public BankClient(
        PaymentProvider bank, PaymentsMetrics metrics, IOptions<PaymentWorkerOptions> options, TimeProvider clock,
        ILogger<BankClient> log)
    {
        (_bank, _metrics, _clock, _log) = (bank, metrics, clock, log);
        _pipeline = new ResiliencePipelineBuilder<BankAnswer> { Name = "bank", TimeProvider = clock }
            .AddCircuitBreaker(new()
            {
                // Half of the calls of ten seconds, of at least eight: a few errors among many calls are worth
                // repeating one by one, and a handful of calls in a quiet night says nothing about the bank.
                FailureRatio = 0.5,
                MinimumThroughput = 8,
                SamplingDuration = TimeSpan.FromSeconds(10),
                // About as long as one call may take.
                BreakDuration = TimeSpan.FromSeconds(3),
                ShouldHandle = outcome =>
                    ValueTask.FromResult(IsFailureOfTheBank(outcome.Outcome.Exception, outcome.Context.OperationKey)),
                OnOpened = opened =>
                {
                    // The breaker itself stays open until somebody tries, so it can't be asked whether to try.
                    Volatile.Write(ref _awayUntil, (clock.GetUtcNow() + opened.BreakDuration).UtcTicks);
                    LogAway();
                    return ValueTask.CompletedTask;
                },
                OnClosed = _ =>
                {
                    LogBack();
                    return ValueTask.CompletedTask;
                },
            })
            .AddTimeout(options.Value.Timeout)
            .Build();
    }

    /// <summary>While true no call gets through.</summary>
    public bool IsAway => _clock.GetUtcNow().UtcTicks < Volatile.Read(ref _awayUntil);

    /// <summary>Calls the bank and makes an answer of whatever happens. Never throws.</summary>
    public async Task<PaymentInput> CallAsync(BankCall call)
    {
        var started = Stopwatch.GetTimestamp();
        var answer = await AnswerAsync(call);
        _metrics.Answered(call.Operation, answer, Stopwatch.GetElapsedTime(started));
        return answer;
    }

    /// <summary>
    /// Reads the bank's records. No payment waits for it, so it neither opens the breaker nor tries it.
    /// </summary>
    /// <exception cref="BankAwayException">The bank did not answer, or not now.</exception>
    public async Task<IReadOnlyList<BankRecord>> ReadAsync(
        Func<PaymentProvider, CancellationToken, Task<IReadOnlyList<BankRecord>>> page, CancellationToken cancel)
    {
        if (IsAway)
            throw new BankAwayException();

        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        timeout.CancelAfter(RecordsTimeout);
        try
        {
            return await page(_bank, timeout.Token);
        }
#pragma warning disable CA1031 // A provider's client may throw anything; the cause is kept.
        catch (Exception exception) when (!cancel.IsCancellationRequested)
#pragma warning restore CA1031
        {
            throw new BankAwayException(exception);
        }
    }

    private async Task<PaymentInput> AnswerAsync(BankCall call)
    {
        if (IsAway)
            return new NotSent(call.Operation);

        var context = ResilienceContextPool.Shared.Get(call.Operation.ToString());
        try
        {
            return await _pipeline.ExecuteAsync(
                static (context, send) =>
                    new ValueTask<BankAnswer>(SendAsync(send._bank, send.call, context.CancellationToken)),
                context,
                (_bank, call));
        }
        catch (TurnedAwayException turnedAway)
        {
            return new NotSent(call.Operation, PauseAsAsked(turnedAway.RetryAfter));
        }
        catch (BrokenCircuitException)
        {
            return new NotSent(call.Operation);
        }
        catch (TimeoutRejectedException)
        {
            return new UnknownOutcome();
        }
#pragma warning disable CA1031 // A provider's client may throw anything. None of it tells that the call had no effect.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            LogFailed(exception, call.OrderId, call.Operation);
            return new UnknownOutcome();
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }

    private static Task<BankAnswer> SendAsync(PaymentProvider bank, BankCall call, CancellationToken cancel) =>
        call.Operation switch
        {
            BankOperation.Charge => bank.ChargeAsync(call.PaymentId, call.Token!, call.Amount, cancel),
            BankOperation.Find => bank.FindAsync(call.PaymentId, cancel),
            BankOperation.Void => bank.VoidAsync(call.PaymentId, call.Amount, cancel),
            BankOperation.Refund => bank.RefundAsync(call.RefundId!.Value, call.PaymentId, call.Amount, cancel),
            BankOperation.Nothing => throw new InvalidOperationException("There is no call to make."),
        };

    private TimeSpan? PauseAsAsked(TimeSpan? retryAfter)
    {
        if (retryAfter is not { } asked)
            return null;

        var pause = asked < LongestPause ? asked : LongestPause;
        var now = _clock.GetUtcNow();
        if (Interlocked.Exchange(ref _awayUntil, (now + pause).UtcTicks) <= now.UtcTicks)
            LogTurnedAway(pause.TotalSeconds);

        return pause;
    }

    private static bool IsFailureOfTheBank(Exception? failure, string? operation) => failure switch
    {
        null or TurnedAwayException => false,
        TimeoutRejectedException => operation is nameof(BankOperation.Find) or nameof(BankOperation.Void),
        _ => true,
    };

    [LoggerMessage(10, LogLevel.Warning, "The bank is away: payments wait")]
    private partial void LogAway();

    [LoggerMessage(11, LogLevel.Information, "The bank is back")]
    private partial void LogBack();

    [LoggerMessage(13, LogLevel.Information, "The bank turned us away and wants to be left alone for {Seconds} s")]
    private partial void LogTurnedAway(double seconds);

    [LoggerMessage(12, LogLevel.Debug, "The bank failed for order {OrderId} at {Ask}")]
    private partial void LogFailed(Exception exception, Guid orderId, BankOperation ask);
}

/// <summary>One call to the bank. Its key is the payment's id, that of a refund the refund's.</summary>
internal sealed record BankCall(
    Guid PaymentId, Guid OrderId, BankOperation Operation, string? Token, Money Amount, Guid? RefundId,
    string? TraceParent)
{
    public static BankCall Of(Payment payment, Refund? refund)
    {
        var state = payment.State;
        if (state.NextOperation == BankOperation.Refund && refund is null)
            throw new InvalidOperationException($"There is no refund to call for of order {payment.OrderId}.");

        return new(
            payment.Id, payment.OrderId, state.NextOperation, payment.Token,
            state.Of(refund?.Amount ?? state.Amount), refund?.Id, payment.TraceParent);
    }
}

internal sealed class BankAwayException(Exception? cause = null) : Exception("The bank does not answer.", cause);
