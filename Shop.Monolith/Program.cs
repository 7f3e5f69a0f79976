using Shop.Gateway;
using Shop.Monolith;
using Shop.Orders;
using Shop.Payments;
using Shop.Shipping;
using Shop.Users;

var builder = WebApplication.CreateBuilder(args);
builder.AddModules(
    new("users", module => module.AddUsers(), routes => routes.MapUsers()),
    new("orders", module => module.AddOrders(), routes => routes.MapOrders()),
    new("payments", module => module.AddPayments(), routes => routes.MapPayments()),
    new("shipping", module => module.AddShipping(), routes => routes.MapShipping()));
builder.AddServiceDefaults();
builder.AddGatewayPipeline();
builder.AddGateway();
builder.AddForwardingInMemory();

var app = builder.Build();
app.UseServiceDefaults(GatewayPipeline.Use);
app.MapDefaultEndpoints();
app.MapGateway();
app.Run();
