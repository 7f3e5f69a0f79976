using Shop.Data;
using Shop.Messaging;
using Shop.Orders.Cart;
using Shop.Orders.Catalogue;
using Shop.Orders.Live;
using Shop.Orders.Operators;
using Shop.Orders.Stock;
using Shop.ServiceDefaults;

namespace Shop.Orders;

/// <summary>
/// Catalogue, stock, cart, checkout and the order process: everything this service does, on one screen.
/// </summary>
public static class OrdersModule
{
    /// <summary>Registers the module's database, messages, background work and options.</summary>
    public static IHostApplicationBuilder AddOrders(this IHostApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.AddDatabase<OrdersDb>("ordersdb", CatalogueSeed.SeedAsync);
        builder.AddMessaging<OrdersDb>("orders", events => events
            .On<PaymentCaptured>(OrderProcessHandlers.On)
            .On<PaymentDeclined>(OrderProcessHandlers.On)
            .On<PaymentVoided>(OrderProcessHandlers.On)
            .On<PaymentRefunded>(OrderProcessHandlers.On)
            .On<ShipmentCreated>(OrderProcessHandlers.On)
            .On<ShipmentDispatched>(OrderProcessHandlers.On)
            .On<ShipmentDelivered>(OrderProcessHandlers.On)
            .On<ShipmentRejected>(OrderProcessHandlers.On)
            .On<ShipmentStopped>(OrderProcessHandlers.On)
            .On<UserDeleted>(DeletedCustomers.Note)
            .LoadFirst((db, orders, cancel) => db.Locks.LockAsync(orders, cancel)));

        builder.AddValidatedOptions<OrdersOptions>("Orders");
        builder.Services.AddSingleton<OrdersMetrics>();
        builder.Services.AddSingleton<OrderProcessHandlers>();
        builder.Services.AddHostedService<DeadlineSweeper>();
        builder.Services.AddSingleton<OrderListeners>();
        builder.AddStreamObserver<OrderListeners>("orders");
        builder.AddCarts();
        builder.Services.AddHostedService<DeletedCustomers>();

        builder.AddServiceClient(ShippingRates.Client, "shipping").WithoutRetries();
        builder.Services.AddSingleton<ShippingRates>();
        builder.Services.AddHostedService(services => services.GetRequiredService<ShippingRates>());
        return builder;
    }

    /// <summary>Maps the module's routes under <c>/api</c>.</summary>
    public static IEndpointRouteBuilder MapOrders(this IEndpointRouteBuilder routes)
    {
        var products = routes.MapGroup("/api/products").WithTags("Catalogue");
        products.MapGet("", ListProducts.Handle).AllowAnonymous()
            .WithSummary("Searches the catalogue, page by page, by name.");
        products.MapGet("{id:guid}", GetProduct.Handle).AllowAnonymous().WithSummary("One product, with an ETag.");

        var operators = products.MapGroup("").RequireAuthorization(Policies.Operator);
        operators.MapPost("", AddProduct.Handle).WithSummary("Puts a product into the catalogue.");
        operators.MapPut("{id:guid}", ChangeProduct.Handle).WithSummary("Changes a product that If-Match names.");
        operators.MapDelete("{id:guid}", DeleteProduct.Handle).WithSummary("Takes a product out of the catalogue.");
        operators.MapGet("{id:guid}/stock", GetStock.Handle).WithSummary("What is left, and the latest movements.");
        operators.MapPost("{id:guid}/stock", AdjustStock.Handle)
            .WithSummary("Adjusts the stock, once per Idempotency-Key.")
            .Produces<StockView>()
            .ProducesValidationProblem()
            .ProducesProblem(StatusCodes.Status409Conflict)
            .ProducesProblem(StatusCodes.Status422UnprocessableEntity);

        var cart = routes.MapGroup("/api/cart").WithTags("Cart").AllowAnonymous()
            .AddEndpointFilter(CartOwner.RefuseInvalidToken);
        cart.MapGet("", GetCart.Handle).WithSummary("The cart of the customer, or of the browser.");
        cart.MapPut("", ReplaceCart.Handle).WithSummary("Says what is in the cart.");
        cart.MapDelete("", EmptyCart.Handle).WithSummary("Empties the cart.");

        var orders = routes.MapGroup("/api/orders").WithTags("Orders").RequireAuthorization(Policies.Customer);
        orders.MapPost("", PlaceOrder.Handle).WithSummary("Places one order per Idempotency-Key.")
            .Produces<PlaceOrder.Response>(StatusCodes.Status201Created)
            .ProducesValidationProblem()
            .ProducesProblem(StatusCodes.Status409Conflict)
            .ProducesProblem(StatusCodes.Status422UnprocessableEntity);
        orders.MapGet("", ListMyOrders.Handle).WithSummary("The caller's orders, newest first.");
        orders.MapGet("{id:guid}", GetOrder.Handle).WithSummary("One order with its history.");
        orders.MapGet("live", FollowMyOrders.Handle).WithSummary("The caller's orders as they change (SSE).");
        orders.MapGet("{id:guid}/live", FollowOrder.Handle).WithSummary("One order as it happens (SSE).");
        orders.MapPost("{id:guid}/cancel", CancelOrder.Handle).WithSummary("Cancels an order that has not left yet.");

        var desk = routes.MapGroup("/api/orders").WithTags("Orders").RequireAuthorization(Policies.Operator);
        desk.MapGet("waiting", ListWaitingOrders.Handle).WithSummary("Orders under way, and what they wait for.");
        desk.MapGet("statistics", GetOrderStatistics.Handle).WithSummary("The orders of the last hour, by minute.");
        desk.MapGet("{id:guid}/process", GetOrderProcess.Handle).WithSummary("Where an order's process stands.");
        routes.MapDeadLetters<OrdersDb>("/api/orders");
        routes.MapEventTrail<OrdersDb>("/api/orders");
        return routes;
    }
}
