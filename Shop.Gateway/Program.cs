using Shop.Gateway;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.AddGatewayPipeline();
builder.AddGateway();

var app = builder.Build();
app.UseServiceDefaults(GatewayPipeline.Use);
app.MapDefaultEndpoints();
app.MapGateway();
app.Run();
