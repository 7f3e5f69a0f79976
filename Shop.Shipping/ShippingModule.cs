using Shop.Data;
using Shop.Messaging;
using Shop.ServiceDefaults;
using Shop.Shipping.Carriers;

namespace Shop.Shipping;

/// <summary>Rates, quotes and parcels: every route, subscription and background task of the service.</summary>
public static class ShippingModule
{
    public static IHostApplicationBuilder AddShipping(this IHostApplicationBuilder builder)
    {
        builder.AddDatabase<ShippingDb>("shippingdb");
        builder.AddMessaging<ShippingDb>("shipping", events => events
            .On<ShipmentRequested>(ShipmentProcessHandlers.On)
            .On<ShipmentCancellationRequested>(ShipmentProcessHandlers.On)
            .On<UserDeleted>(DeletedCustomers.Note)
            .LoadFirst((db, orders, cancel) => db.Locks.LockAsync(orders, cancel)));

        builder.AddValidatedOptions<SimulatedCarrierOptions>(SimulatedCarrierOptions.Section);
        builder.Services.AddSingleton<Carrier, SimulatedCarrier>();
        builder.Services.AddSingleton<ShippingMetrics>();
        builder.Services.AddHostedService<DeletedCustomers>();
        builder.Services.AddSingleton<CarrierPollingWorker>();
        builder.Services.AddHostedService(services => services.GetRequiredService<CarrierPollingWorker>());
        builder.Services.ConfigureDbContext<ShippingDb>((services, options) =>
            options.AddInterceptors(new WakeOnCommit<Shipment>(
                services.GetRequiredService<CarrierPollingWorker>(),
                shipment => shipment is { State.NextOperation: CarrierOperation.Book, LeasedUntil: null })));
        return builder;
    }

    public static IEndpointRouteBuilder MapShipping(this IEndpointRouteBuilder app)
    {
        var shipping = app.MapGroup("/api/shipping").WithTags("Shipping").RequireAuthorization(Policies.Customer);
        shipping.MapGet("/shipments/{orderId:guid}", GetShipment.Handle).WithSummary("Where the parcel of an order is");

        var operators = app.MapGroup("/api/shipping/shipments/{orderId:guid}").WithTags("Shipping")
            .RequireAuthorization(Policies.Operator);
        operators.MapPost("/hold", HoldShipment.Hold).WithSummary("Keeps a parcel in the house");
        operators.MapPost("/release", HoldShipment.Release).WithSummary("Lets a held parcel go on");
        operators.MapPost("/dispatch", DispatchShipment.Handle).WithSummary("Hands a parcel to the carrier now");
        app.MapDeadLetters<ShippingDb>("/api/shipping");
        app.MapEventTrail<ShippingDb>("/api/shipping");

        // Anonymous: they tell what a visitor may know before signing in, from a list in memory.
        shipping.MapGet("/rates", ListRates.Handle).AllowAnonymous().WithSummary("What shipping costs, by country");
        shipping.MapPost("/quotes", QuoteShipping.Handle).AllowAnonymous()
            .WithSummary("What shipping to an address costs, if we deliver there");
        return app;
    }
}
