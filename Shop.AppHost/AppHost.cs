using Shop.AppHost;

var builder = DistributedApplication.CreateBuilder(args);

// One server, one database per service: nobody reads another's tables.
var postgres = builder.AddPostgres("postgres").WithDataVolume();
var usersDb = postgres.AddDatabase("usersdb");
var ordersDb = postgres.AddDatabase("ordersdb");
var paymentsDb = postgres.AddDatabase("paymentsdb");
var shippingDb = postgres.AddDatabase("shippingdb");

// Carries events and counters. It may lose everything: the databases hold the truth.
var redis = builder.AddRedis("redis").WithDataVolume().WithPersistence();

var users = builder.AddProject<Projects.Shop_Users>("users")
    .WithHttpEndpoint()
    .WithServiceSettings()
    .WithReference(usersDb).WaitFor(usersDb)
    .WithReference(redis).WaitFor(redis);

// Everybody verifies tokens with the keys of Users, but can start and go on without it.
var payments = builder.AddProject<Projects.Shop_Payments>("payments")
    .WithHttpEndpoint()
    .WithServiceSettings()
    .WithReference(paymentsDb).WaitFor(paymentsDb)
    .WithReference(redis).WaitFor(redis)
    .WithReference(users);

var shipping = builder.AddProject<Projects.Shop_Shipping>("shipping")
    .WithHttpEndpoint()
    .WithServiceSettings()
    .WithReference(shippingDb).WaitFor(shippingDb)
    .WithReference(redis).WaitFor(redis)
    .WithReference(users);

// Orders reads the shipping rates over HTTP, and does without when Shipping is away.
var orders = builder.AddProject<Projects.Shop_Orders>("orders")
    .WithHttpEndpoint()
    .WithServiceSettings()
    .WithReference(ordersDb).WaitFor(ordersDb)
    .WithReference(redis).WaitFor(redis)
    .WithReference(users)
    .WithReference(shipping);

// Shares the counts of its rate limits through Redis, and counts alone when Redis is away.
builder.AddProject<Projects.Shop_Gateway>("gateway")
    .WithExternalHttpEndpoints()
    .WithServiceSettings()
    .WithReference(redis)
    .WithReference(users).WaitFor(users)
    .WithReference(orders).WaitFor(orders)
    .WithReference(payments).WaitFor(payments)
    .WithReference(shipping).WaitFor(shipping)
    .OnResourceReady(DemoAccounts.Announce);

builder.Build().Run();
