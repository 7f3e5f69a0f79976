using Microsoft.Extensions.Options;
using Shop.Data;
using Shop.Payments.Bank;
using Shop.ServiceDefaults;

namespace Shop.Payments.Reconciliation;

/// <summary>Starts the runs that are due. The database decides, so any number of replicas may try.</summary>
internal sealed partial class ScheduledReconciliation(
    IServiceScopeFactory scopes,
    DatabaseReadiness<PaymentsDb> payments,
    DatabaseReadiness<BankDb> simulatedBank,
    IOptions<ReconciliationOptions> options,
    ILogger<ScheduledReconciliation> log)
    : BackgroundWorker(
        "Reconciliation", CheckInterval(options.Value.Interval),
        Task.WhenAll(payments.Migrated, simulatedBank.Migrated), log)
{
    protected override async Task<bool> WorkAsync(CancellationToken cancel)
    {
        await using var scope = scopes.CreateAsyncScope();
        try
        {
            await scope.ServiceProvider.GetRequiredService<Reconciler>().RunIfDueAsync(cancel);
        }
        catch (BankAwayException)
        {
            LogPostponed();
        }

        return false;
    }

    private static TimeSpan CheckInterval(TimeSpan interval) =>
        interval / 10 < TimeSpan.FromSeconds(30) ? interval / 10 : TimeSpan.FromSeconds(30);

    [LoggerMessage(1, LogLevel.Warning, "The bank did not answer the reconciliation; it will be tried again")]
    private partial void LogPostponed();
}
