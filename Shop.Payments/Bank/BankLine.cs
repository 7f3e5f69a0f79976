using System.Diagnostics;
using Microsoft.Extensions.Options;
using Polly;
using Polly.CircuitBreaker;
using Polly.Timeout;

namespace Shop.Payments.Bank;

/// <summary>
/// Our end of the line to the bank: a time-out on each call and a circuit breaker for the bank as a whole. A bank that turns
/// a call away is left alone for as long as it says. What opens the breaker is only what can't be the fault of one card: errors of the bank itself, and silence to calls that touch no card.
/// A charge or refund that hangs may be one issuer's trouble, so it doesn't count; if the bank as a whole hangs, the
/// question by key that follows each silent charge hangs too, and that counts.
/// </summary>
internal sealed partial class BankLine
{
    private static readonly TimeSpan PatienceForBooks = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Break = TimeSpan.FromSeconds(3);

    // Orders would be given up while we wait for a bank that asks for more.
    private static readonly TimeSpan LongestRest = TimeSpan.FromMinutes(5);

    private readonly PaymentProvider _bank;
    private readonly PaymentsMetrics _metrics;
    private readonly ILogger<BankLine> _log;
    private readonly ResiliencePipeline<BankAnswer> _line;
    private readonly TimeProvider _clock;
    private long _restsUntil = long.MinValue;

    public BankLine(PaymentProvider bank, PaymentsMetrics metrics, IOptions<BankCallOptions> options, TimeProvider clock, ILogger<BankLine> log)
    {
        (_bank, _metrics, _clock, _log) = (bank, metrics, clock, log);
        _line = new ResiliencePipelineBuilder<BankAnswer> { Name = "bank", TimeProvider = clock }
            .AddCircuitBreaker(new()
            {
                FailureRatio = 0.5,
                MinimumThroughput = 8,
                SamplingDuration = TimeSpan.FromSeconds(10),
                BreakDuration = Break,
                ShouldHandle = outcome => ValueTask.FromResult(IsFailureOfTheBank(outcome.Outcome.Exception, outcome.Context.OperationKey)),
                OnOpened = opened =>
                {
                    // The breaker itself stays open until somebody tries, so it can't be asked whether to try.
                    Volatile.Write(ref _restsUntil, (clock.GetUtcNow() + opened.BreakDuration).UtcTicks);
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
    public bool IsAway => _clock.GetUtcNow().UtcTicks < Volatile.Read(ref _restsUntil);

    /// <summary>Asks, and makes an answer of whatever happens. Never throws.</summary>
    public async Task<Happening> AskAsync(Call call)
    {
        var started = Stopwatch.GetTimestamp();
        var answer = await AnswerAsync(call);
        _metrics.Answered(call.Ask, answer, Stopwatch.GetElapsedTime(started));
        return answer;
    }

    /// <summary>Reads the bank's books. They are no payment's matter, so they neither open the breaker nor wait for it.</summary>
    /// <exception cref="BankAwayException">The bank did not answer, or not now.</exception>
    public async Task<IReadOnlyList<BankRecord>> ReadAsync(
        Func<PaymentProvider, CancellationToken, Task<IReadOnlyList<BankRecord>>> page, CancellationToken cancel)
    {
        if (IsAway)
            throw new BankAwayException();

        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(PatienceForBooks);
        try
        {
            return await page(_bank, patience.Token);
        }
#pragma warning disable CA1031 // A provider's client may throw anything; the cause is kept.
        catch (Exception exception) when (!cancel.IsCancellationRequested)
#pragma warning restore CA1031
        {
            throw new BankAwayException(exception);
        }
    }

    private async Task<Happening> AnswerAsync(Call call)
    {
        if (IsAway)
            return new NotSent(call.Ask);

        var context = ResilienceContextPool.Shared.Get(call.Ask.ToString());
        try
        {
            return await _line.ExecuteAsync(
                static (context, ask) => new ValueTask<BankAnswer>(SendAsync(ask._bank, ask.call, context.CancellationToken)), context, (_bank, call));
        }
        catch (TurnedAwayException away)
        {
            return new NotSent(call.Ask, Rest(away.RetryAfter));
        }
        catch (BrokenCircuitException)
        {
            return new NotSent(call.Ask);
        }
        catch (TimeoutRejectedException)
        {
            return new Silence();
        }
#pragma warning disable CA1031 // A provider's client may throw anything. None of it tells that the call had no effect.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            LogFailed(exception, call.OrderId, call.Ask);
            return new Silence();
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }

    private static Task<BankAnswer> SendAsync(PaymentProvider bank, Call call, CancellationToken cancel) => call.Ask switch
    {
        BankAsk.Charge => bank.ChargeAsync(call.PaymentId, call.Token!, call.Amount, cancel),
        BankAsk.Find => bank.FindAsync(call.PaymentId, cancel),
        BankAsk.Void => bank.VoidAsync(call.PaymentId, call.Amount, cancel),
        BankAsk.Refund => bank.RefundAsync(call.RefundId!.Value, call.PaymentId, call.Amount, cancel),
        _ => throw new InvalidOperationException($"There is no call for {call.Ask}."),
    };

    private TimeSpan? Rest(TimeSpan? retryAfter)
    {
        if (retryAfter is not { } asked)
            return null;

        var rest = asked < LongestRest ? asked : LongestRest;
        var now = _clock.GetUtcNow();
        if (Interlocked.Exchange(ref _restsUntil, (now + rest).UtcTicks) <= now.UtcTicks)
            LogResting(rest.TotalSeconds);

        return rest;
    }

    private static bool IsFailureOfTheBank(Exception? failure, string? ask) => failure switch
    {
        null or TurnedAwayException => false,
        TimeoutRejectedException => ask is nameof(BankAsk.Find) or nameof(BankAsk.Void),
        _ => true,
    };

    [LoggerMessage(10, LogLevel.Warning, "The bank is away: payments wait")]
    private partial void LogAway();

    [LoggerMessage(11, LogLevel.Information, "The bank is back")]
    private partial void LogBack();

    [LoggerMessage(13, LogLevel.Information, "The bank turned us away and wants to be left alone for {Seconds} s")]
    private partial void LogResting(double seconds);

    [LoggerMessage(12, LogLevel.Debug, "The bank failed for order {OrderId} at {Ask}")]
    private partial void LogFailed(Exception exception, Guid orderId, BankAsk ask);
}

internal sealed class BankAwayException(Exception? cause = null) : Exception("The bank does not answer.", cause);
