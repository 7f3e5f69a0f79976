using System.Diagnostics;
using Microsoft.Extensions.Options;
using Polly;
using Polly.CircuitBreaker;
using Polly.Timeout;

namespace Shop.Payments.Bank;

/// <summary>
/// Our end of the line to the bank: a time-out on each call and a circuit breaker for the bank as a whole. What opens the
/// breaker is only what can't be the fault of one card: errors of the bank itself, and silence to calls that touch no card.
/// A charge or refund that hangs may be one issuer's trouble, so it doesn't count; if the bank as a whole hangs, the
/// question by key that follows each silent charge hangs too, and that counts.
/// </summary>
internal sealed partial class BankLine
{
    private readonly PaymentProvider _bank;
    private readonly PaymentsMetrics _metrics;
    private readonly ILogger<BankLine> _log;
    private readonly CircuitBreakerStateProvider _breaker = new();
    private readonly ResiliencePipeline<BankAnswer> _line;

    public BankLine(PaymentProvider bank, PaymentsMetrics metrics, IOptions<BankCallOptions> options, TimeProvider clock, ILogger<BankLine> log)
    {
        (_bank, _metrics, _log) = (bank, metrics, log);
        _line = new ResiliencePipelineBuilder<BankAnswer> { Name = "bank", TimeProvider = clock }
            .AddCircuitBreaker(new()
            {
                FailureRatio = 0.5,
                MinimumThroughput = 8,
                SamplingDuration = TimeSpan.FromSeconds(10),
                BreakDuration = TimeSpan.FromSeconds(3),
                StateProvider = _breaker,
                ShouldHandle = outcome => ValueTask.FromResult(IsFailureOfTheBank(outcome.Outcome.Exception, outcome.Context.OperationKey)),
                OnOpened = _ =>
                {
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
    public bool IsAway => _breaker.CircuitState == CircuitState.Open;

    /// <summary>Asks, and makes an answer of whatever happens. Never throws.</summary>
    public async Task<Happening> AskAsync(Call call)
    {
        var started = Stopwatch.GetTimestamp();
        var answer = await AnswerAsync(call);
        _metrics.Answered(call.Ask, answer, Stopwatch.GetElapsedTime(started));
        return answer;
    }

    private async Task<Happening> AnswerAsync(Call call)
    {
        var context = ResilienceContextPool.Shared.Get(call.Ask.ToString());
        try
        {
            return await _line.ExecuteAsync(
                static (context, ask) => new ValueTask<BankAnswer>(SendAsync(ask._bank, ask.call, context.CancellationToken)), context, (_bank, call));
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
        BankAsk.Refund => bank.RefundAsync(call.PaymentId, call.PaymentId, call.Amount, cancel),
        _ => throw new InvalidOperationException($"There is no call for {call.Ask}."),
    };

    private static bool IsFailureOfTheBank(Exception? failure, string? ask) => failure switch
    {
        null => false,
        TimeoutRejectedException => ask is nameof(BankAsk.Find) or nameof(BankAsk.Void),
        _ => true,
    };

    [LoggerMessage(10, LogLevel.Warning, "The bank is away: payments wait")]
    private partial void LogAway();

    [LoggerMessage(11, LogLevel.Information, "The bank is back")]
    private partial void LogBack();

    [LoggerMessage(12, LogLevel.Debug, "The bank failed for order {OrderId} at {Ask}")]
    private partial void LogFailed(Exception exception, Guid orderId, BankAsk ask);
}
