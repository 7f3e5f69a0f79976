using Microsoft.AspNetCore.Http.HttpResults;
using Shop.Payments.Bank;
using Shop.ServiceDefaults;

namespace Shop.Payments.Reconciliation;

/// <summary>An operator has our records compared with the bank's now, and gets the report.</summary>
internal static class ReconcileWithBank
{
    public static async Task<Results<Created<Report>, ProblemHttpResult>> Handle(CurrentUser user, Reconciler reconciler, CancellationToken cancel)
    {
        try
        {
            var run = await reconciler.RunAsync(user.Id, cancel);
            return TypedResults.Created($"/api/payments/reconciliations/{run.Id}", Report.Of(run));
        }
        catch (BankAwayException)
        {
            return Problem.Unavailable("The bank does not answer right now. The run is noted as failed.", TimeSpan.FromSeconds(5));
        }
    }
}
