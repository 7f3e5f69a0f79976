using Shop.Gateway;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.AddEdge();
builder.AddGateway();

var app = builder.Build();
app.UseServiceDefaults(Edge.Use);
app.MapDefaultEndpoints();
app.MapGateway();
app.Run();
