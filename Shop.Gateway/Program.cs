using Shop.Gateway;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.AddGateway();

var app = builder.Build();
app.UseServiceDefaults();
app.UseMiddleware<SecurityHeaders>();
app.MapDefaultEndpoints();
app.MapGateway();
app.Run();
