using Shop.ServiceDefaults;
using Shop.Users;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.AddUsers();

var app = builder.Build();
app.UseServiceDefaults();
app.MapDefaultEndpoints();
app.MapUsers();
return await app.RunServiceAsync(args);
