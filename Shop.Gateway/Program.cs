using Shop.Gateway;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.AddGateway();

var app = builder.Build();
app.UseMiddleware<SecurityHeaders>();
app.UseServiceDefaults();
app.MapDefaultEndpoints();
app.MapGateway();
app.Run();
