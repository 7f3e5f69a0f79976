var builder = DistributedApplication.CreateBuilder(args);

var postgres = builder.AddPostgres("postgres").WithDataVolume();
var usersDb = postgres.AddDatabase("usersdb");
var ordersDb = postgres.AddDatabase("ordersdb");
var paymentsDb = postgres.AddDatabase("paymentsdb");
var shippingDb = postgres.AddDatabase("shippingdb");
var redis = builder.AddRedis("redis").WithDataVolume().WithPersistence(TimeSpan.FromSeconds(10));

var users = builder.AddProject<Projects.Shop_Users>("users")
    .WithHttpEndpoint()
    .WithHttpHealthCheck("/health/ready")
    .WithReplicas(Replicas("users"))
    .WithReference(usersDb).WaitFor(usersDb)
    .WithReference(redis).WaitFor(redis);

var shipping = builder.AddProject<Projects.Shop_Shipping>("shipping")
    .WithHttpEndpoint()
    .WithHttpHealthCheck("/health/ready")
    .WithReplicas(Replicas("shipping"))
    .WithReference(shippingDb).WaitFor(shippingDb)
    .WithReference(redis).WaitFor(redis)
    .WithReference(users);

var payments = builder.AddProject<Projects.Shop_Payments>("payments")
    .WithHttpEndpoint()
    .WithHttpHealthCheck("/health/ready")
    .WithReplicas(Replicas("payments"))
    .WithReference(paymentsDb).WaitFor(paymentsDb)
    .WithReference(redis).WaitFor(redis)
    .WithReference(users);

var orders = builder.AddProject<Projects.Shop_Orders>("orders")
    .WithHttpEndpoint()
    .WithHttpHealthCheck("/health/ready")
    .WithReplicas(Replicas("orders"))
    .WithReference(ordersDb).WaitFor(ordersDb)
    .WithReference(redis).WaitFor(redis)
    .WithReference(users)
    .WithReference(shipping);

builder.AddProject<Projects.Shop_Gateway>("gateway")
    .WithExternalHttpEndpoints()
    .WithHttpHealthCheck("/health/ready")
    .WithReplicas(Replicas("gateway"))
    .WithReference(redis).WaitFor(redis)
    .WithReference(users).WaitFor(users)
    .WithReference(orders).WaitFor(orders)
    .WithReference(payments).WaitFor(payments)
    .WithReference(shipping).WaitFor(shipping);

builder.Build().Run();

// Scale-out is configuration: Shop__Replicas__orders=3, or --Shop:Replicas:orders=3.
int Replicas(string service) => builder.Configuration.GetValue($"Shop:Replicas:{service}", 1);
