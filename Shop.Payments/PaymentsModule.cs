using Shop.Messaging;
using Shop.Payments.Bank;
using Shop.ServiceDefaults;

namespace Shop.Payments;

/// <summary>Charges and refunds: every route, subscription and background task of the service.</summary>
internal static class PaymentsModule
{
    public static IHostApplicationBuilder AddPayments(this IHostApplicationBuilder builder)
    {
        builder.AddDatabase<PaymentsDb>("paymentsdb");
        builder.AddMessaging<PaymentsDb>("payments", events => events
            .On<PaymentRequested>(TakePayment.Handle)
            .On<PaymentCancellationRequested>(ReturnPayment.Handle));

        builder.Services.AddOptions<BankCallOptions>().BindConfiguration(BankCallOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddSingleton<PaymentsMetrics>();
        builder.Services.AddSingleton<BankLine>();
        builder.Services.AddSingleton<BankCalls>();
        builder.Services.AddHostedService(services => services.GetRequiredService<BankCalls>());
        builder.Services.ConfigureDbContext<PaymentsDb>((services, options) =>
            options.AddInterceptors(new WakeBankCalls(services.GetRequiredService<BankCalls>())));

        builder.AddSimulatedBank();
        return builder;
    }

    /// <summary>The simulated bank is a foreign party that is lodged here: a database context, a schema and transactions of its own.</summary>
    private static void AddSimulatedBank(this IHostApplicationBuilder builder)
    {
        builder.AddDatabase<BankDb>("paymentsdb");
        builder.Services.AddOptions<SimulatedBankOptions>().BindConfiguration(SimulatedBankOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddSingleton<PaymentProvider, SimulatedBank>();
    }

    public static IEndpointRouteBuilder MapPayments(this IEndpointRouteBuilder app)
    {
        var payments = app.MapGroup("/api/payments").WithTags("Payments").RequireAuthorization(Policies.Customer);
        payments.MapGet("/{orderId:guid}", GetPayment.Handle).WithSummary("What was charged and refunded for an order");
        return app;
    }
}
