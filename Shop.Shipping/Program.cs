using Shop.ServiceDefaults;
using Shop.Shipping;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.AddShipping();

var app = builder.Build();
app.UseServiceDefaults();
app.MapDefaultEndpoints();
app.MapShipping();
return await app.RunServiceAsync(args);
