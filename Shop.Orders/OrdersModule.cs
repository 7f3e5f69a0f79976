using Shop.Messaging;
using Shop.Orders.Catalogue;
using Shop.ServiceDefaults;

namespace Shop.Orders;

/// <summary>Catalogue, stock, checkout and the order process: everything this service does, on one screen.</summary>
public static class OrdersModule
{
    /// <summary>Registers the module's database, messages, background work and options.</summary>
    public static IHostApplicationBuilder AddOrders(this IHostApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.AddDatabase<OrdersDb>("ordersdb", Assortment.SeedAsync);
        builder.AddMessaging<OrdersDb>("orders", events => events
            .On<PaymentCaptured>(OrderProcessHandlers.On)
            .On<PaymentDeclined>(OrderProcessHandlers.On)
            .On<PaymentVoided>(OrderProcessHandlers.On)
            .On<PaymentRefunded>(OrderProcessHandlers.On)
            .On<ShipmentCreated>(OrderProcessHandlers.On)
            .On<ShipmentDispatched>(OrderProcessHandlers.On)
            .On<ShipmentDelivered>(OrderProcessHandlers.On)
            .On<ShipmentRejected>(OrderProcessHandlers.On)
            .On<ShipmentStopped>(OrderProcessHandlers.On));

        builder.Services.AddOptions<OrdersOptions>().BindConfiguration("Orders")
            .Validate(options => options.Deadlines.AreValid, "Orders:Deadlines: FirstWait is positive and the shortest.")
            .Validate(options => options.FlatShipping >= 0, "Orders:FlatShipping is not negative.")
            .ValidateOnStart();
        builder.Services.AddSingleton<OrdersMetrics>();
        builder.Services.AddSingleton<OrderProcessHandlers>();
        builder.Services.AddHostedService<DeadlineSweeper>();

        builder.AddServiceClient(ShippingRates.Client, "shipping");
        builder.Services.AddSingleton<ShippingRates>();
        builder.Services.AddHostedService(services => services.GetRequiredService<ShippingRates>());
        return builder;
    }

    /// <summary>Maps the module's routes under <c>/api</c>.</summary>
    public static IEndpointRouteBuilder MapOrders(this IEndpointRouteBuilder routes)
    {
        var products = routes.MapGroup("/api/products").WithTags("Catalogue").AllowAnonymous();
        products.MapGet("", ListProducts.Handle).WithSummary("Searches the catalogue, page by page, by name.");
        products.MapGet("{id:guid}", GetProduct.Handle).WithSummary("One product, with an ETag.");

        var orders = routes.MapGroup("/api/orders").WithTags("Orders").RequireAuthorization(Policies.Customer);
        orders.MapPost("", PlaceOrder.Handle).WithSummary("Places one order per Idempotency-Key.")
            .Produces<PlaceOrder.Response>(StatusCodes.Status201Created)
            .ProducesValidationProblem()
            .ProducesProblem(StatusCodes.Status409Conflict)
            .ProducesProblem(StatusCodes.Status422UnprocessableEntity);
        orders.MapGet("", ListMyOrders.Handle).WithSummary("The caller's orders, newest first.");
        orders.MapGet("{id:guid}", GetOrder.Handle).WithSummary("One order with its history.");
        orders.MapPost("{id:guid}/cancel", CancelOrder.Handle).WithSummary("Cancels an order that has not left yet.");
        return routes;
    }
}
