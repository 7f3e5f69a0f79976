using Microsoft.EntityFrameworkCore;
using Shop.Load.Wolverine;
using Wolverine;
using Wolverine.EntityFrameworkCore;
using Wolverine.Postgresql;

// The same as the shop's pipeline, by a library: events leave by an outbox of EF Core, travel, and reach a handler in
// the transaction of an inbox. The transport is PostgreSQL, too.
const string Queue = "events";
const string Schema = "wolverine";
const int BatchSize = 100;
const int Publishers = 4;
const int MostAtOnce = 500;
const int Handlers = 16;

var look = TimeSpan.FromMilliseconds(50);
var builder = WebApplication.CreateSlimBuilder(args);
builder.Logging.SetMinimumLevel(LogLevel.Warning);
var connection = builder.Configuration["YARDSTICK_ORDERSDB"]!;
builder.Services.AddSingleton(TimeProvider.System);
builder.Services.AddDbContextWithWolverineIntegration<NotesDb>(options => options.UseNpgsql(connection), Schema);
builder.Host.UseWolverine(options =>
{
    options.Durability.Mode = DurabilityMode.Solo;
    options.UsePostgresqlPersistenceAndTransport(connection, Schema, Schema).AutoProvision();
    options.UseEntityFrameworkCoreTransactions();
    options.Policies.AutoApplyTransactions();
    options.Policies.UseDurableInboxOnAllListeners();
    options.Policies.UseDurableOutboxOnAllSendingEndpoints();
    options.PublishMessage<Noted>().ToPostgresqlQueue(Queue);
    // By default it looks every five seconds and takes twenty.
    options.ListenToPostgresqlQueue(Queue)
        .PollingInterval(look).MaximumMessagesToReceive(MostAtOnce).MaximumParallelMessages(Handlers);
});

var app = builder.Build();
await using (var scope = app.Services.CreateAsyncScope())
    await scope.ServiceProvider.GetRequiredService<NotesDb>().CreateAsync();

// How many a second are handled, from the first to the last, while they are still published.
app.MapPost("/events/{count:int}", async (int count, IServiceScopeFactory scopes, CancellationToken cancel) =>
{
    await using var scope = scopes.CreateAsyncScope();
    var db = scope.ServiceProvider.GetRequiredService<NotesDb>();
    await db.Notes.ExecuteDeleteAsync(cancel);
    await Parallel.ForEachAsync(
        Enumerable.Range(0, count / BatchSize),
        new ParallelOptions { MaxDegreeOfParallelism = Publishers, CancellationToken = cancel },
        async (_, token) =>
        {
            await using var own = scopes.CreateAsyncScope();
            var outbox = own.ServiceProvider.GetRequiredService<IDbContextOutbox<NotesDb>>();
            for (var number = 0; number < BatchSize; number++)
                await outbox.PublishAsync(new Noted(Guid.CreateVersion7(), new string('x', 300)));

            await outbox.SaveChangesAndFlushMessagesAsync(token);
        });
    return await db.PerSecondAsync(count / BatchSize * BatchSize, cancel);
});

await app.StartAsync();
// Whoever started this waits for the line.
Console.WriteLine("listening");
await app.WaitForShutdownAsync();
