using Shop.Data;
using Shop.Messaging;
using Shop.Payments.Bank;
using Shop.Payments.Reconciliation;
using Shop.ServiceDefaults;

namespace Shop.Payments;

/// <summary>Charges and refunds: every route, subscription and background task of the service.</summary>
public static class PaymentsModule
{
    public static IHostApplicationBuilder AddPayments(this IHostApplicationBuilder builder)
    {
        builder.AddDatabase<PaymentsDb>("paymentsdb");
        builder.AddMessaging<PaymentsDb>("payments", events => events
            .On<PaymentRequested>(PaymentProcessHandlers.On)
            .On<PaymentCancellationRequested>(PaymentProcessHandlers.On)
            .On<UserDeleted>(DeletedCustomers.Note)
            .LoadFirst((db, orders, cancel) => db.Locks.LockAsync(orders, cancel)));

        builder.AddValidatedOptions<PaymentWorkerOptions>(PaymentWorkerOptions.Section);
        builder.Services.AddSingleton<PaymentsMetrics>();
        builder.Services.AddHostedService<DeletedCustomers>();
        builder.Services.AddSingleton<BankClient>();
        builder.Services.AddSingleton<PaymentWorker>();
        builder.Services.AddHostedService(services => services.GetRequiredService<PaymentWorker>());
        builder.Services.ConfigureDbContext<PaymentsDb>((services, options) =>
            options.AddInterceptors(new WakeOnCommit<Payment>(
                services.GetRequiredService<PaymentWorker>(),
                payment => payment is { DueAt: not null, LeasedUntil: null })));

        builder.AddValidatedOptions<ReconciliationOptions>(ReconciliationOptions.Section);
        builder.Services.AddScoped<Reconciler>();
        builder.Services.AddSingleton<SharedRun>();
        builder.Services.AddHostedService<ScheduledReconciliation>();

        builder.AddSimulatedBank();
        return builder;
    }

    /// <summary>
    /// The simulated bank stands for another company: it has a database context, a schema and transactions of its own.
    /// </summary>
    private static void AddSimulatedBank(this IHostApplicationBuilder builder)
    {
        builder.AddDatabase<BankDb>("paymentsdb");
        if (builder.Configuration[$"{SimulatedBankOptions.Section}:File"] is { Length: > 0 } file)
            builder.Configuration.AddJsonFile(file, optional: true, reloadOnChange: true);

        builder.AddValidatedOptions<SimulatedBankOptions>(SimulatedBankOptions.Section);
        builder.Services.AddSingleton<PaymentProvider, SimulatedBank>();
    }

    public static IEndpointRouteBuilder MapPayments(this IEndpointRouteBuilder app)
    {
        var payments = app.MapGroup("/api/payments").WithTags("Payments").RequireAuthorization(Policies.Customer);
        payments.MapGet("/{orderId:guid}", GetPayment.Handle).WithSummary("What was charged and refunded for an order");

        var operators = app.MapGroup("/api/payments").WithTags("Payments").RequireAuthorization(Policies.Operator);
        operators.MapPost("/{orderId:guid}/refunds", RefundPayment.Handle)
            .WithSummary("Gives money back, once per Idempotency-Key")
            .Produces<RefundPayment.Response>(StatusCodes.Status202Accepted)
            .ProducesValidationProblem()
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status409Conflict)
            .ProducesProblem(StatusCodes.Status422UnprocessableEntity);
        operators.MapGet("/{orderId:guid}/refunds", ListRefunds.Handle).WithSummary("All refunds of an order");
        operators.MapGet("/{orderId:guid}/ledger", ListLedger.Handle).WithSummary("All bookings of an order");
        operators.MapPost("/reconciliations", ReconcileWithBank.Handle)
            .WithSummary("Compares our records with the bank's and with the ledger, now");
        operators.MapGet("/reconciliations", GetReconciliations.List)
            .WithSummary("The last comparisons, the newest first");
        operators.MapGet("/reconciliations/{id:guid}", GetReconciliations.One)
            .WithSummary("One comparison with what it found");
        app.MapDeadLetters<PaymentsDb>("/api/payments");
        app.MapEventTrail<PaymentsDb>("/api/payments");
        return app;
    }
}
