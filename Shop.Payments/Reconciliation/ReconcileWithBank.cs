using Microsoft.AspNetCore.Http.HttpResults;
using Shop.Payments.Bank;
using Shop.ServiceDefaults;

namespace Shop.Payments.Reconciliation;

/// <summary>
/// An operator has our records compared with the bank's now and gets the report. If a run is under way, it is the
/// report of that one.
/// </summary>
internal static class ReconcileWithBank
{
    public static async Task<Results<Created<Report>, ProblemHttpResult>> Handle(
        CurrentUser user, SharedRun runs, CancellationToken cancel)
    {
        try
        {
            var run = await runs.JoinAsync(user.Id, cancel);
            return TypedResults.Created($"/api/payments/reconciliations/{run.Id}", Report.Of(run));
        }
        catch (BankAwayException)
        {
            // Whether the bank or we were too slow can't be told apart here.
            return Problem.Unavailable(
                "The books can't be read to their end right now. The run is noted as failed.", TimeSpan.FromSeconds(5));
        }
    }
}
