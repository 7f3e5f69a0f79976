using System.Diagnostics;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Shop.Data;
using Shop.ServiceDefaults;

namespace Shop.Messaging;

/// <summary>
/// Events between modules: stored with the change they tell of, carried by Redis Streams or in memory, applied once by
/// each consumer. PostgreSQL is the truth; Redis may lose anything at any time.
/// </summary>
public static class Messaging
{
    /// <summary>
    /// Adds the tables outbox, outbox_sent, outbox_stream, outbox_subscribers, inbox and dead_letters in the default
    /// schema of the model.
    /// </summary>
    /// <param name="model">The model of a module's context.</param>
    public static ModelBuilder AddMessaging(this ModelBuilder model)
    {
        OutboxMessage.Map(model.Entity<OutboxMessage>());
        InboxMessage.Map(model.Entity<InboxMessage>());
        DeadLetter.Map(model.Entity<DeadLetter>());
        SentMessage.Map(model.Entity<SentMessage>());
        StreamState.Map(model.Entity<StreamState>());
        Subscriber.Map(model.Entity<Subscriber>());
        return model;
    }

    /// <summary>Adds an event, which the next SaveChanges stores. It is sent soon after the commit.</summary>
    /// <typeparam name="TEvent">The event.</typeparam>
    /// <param name="db">The context whose changes the event tells of.</param>
    /// <param name="message">The event.</param>
    /// <exception cref="InvalidOperationException">The event is larger than 1 MiB.</exception>
    public static void Publish<TEvent>(this DbContext db, TEvent message)
        where TEvent : IEvent
    {
        var options = db.GetService<IDbContextOptions>().FindExtension<CoreOptionsExtension>();
        var clock = options?.ApplicationServiceProvider?.GetService<TimeProvider>() ?? TimeProvider.System;
        db.Add(OutboxMessage.Of(message, clock.GetUtcNow(), Activity.Current));
    }

    /// <summary>Publishes events in this order.</summary>
    /// <param name="db">The context whose changes the events tell of.</param>
    /// <param name="events">The events.</param>
    public static void PublishAll(this DbContext db, IReadOnlyList<IPublishedEvent> events)
    {
        foreach (var next in events)
            next.PublishTo(db);
    }

    /// <summary>
    /// Sends what <typeparamref name="TDb"/> publishes to the stream <c>shop:&lt;name&gt;</c> and consumes, as the
    /// group <c>&lt;name&gt;</c>, what <paramref name="subscribe"/> asks for. The context must be registered by
    /// AddDatabase and its model must contain <see cref="AddMessaging(ModelBuilder)"/>. Redis is the connection string
    /// <c>redis</c>; it may be missing when all modules share this process, see <see cref="LocalStreams"/>.
    /// </summary>
    /// <typeparam name="TDb">The module's context.</typeparam>
    /// <param name="builder">The host.</param>
    /// <param name="name">The module, in lower case.</param>
    /// <param name="subscribe">The events that the module reacts to.</param>
    public static IHostApplicationBuilder AddMessaging<TDb>(
        this IHostApplicationBuilder builder, string name, Action<Subscriptions<TDb>>? subscribe = null)
        where TDb : DbContext
    {
        var services = builder.Services;
        services.TryAddSingleton(TimeProvider.System);
        // Modules that share a process are reached without Redis, as the host says. While Redis is away, events wait in
        // the outbox.
        services.TryAddSingleton(new LocalStreams([]));
        services.TryAddSingleton<EventStreams>();
        if (!string.IsNullOrEmpty(builder.Configuration.GetConnectionString("redis")))
        {
            builder.AddRedis();
            services.TryAddSingleton<RedisStreams>();
        }

        services.TryAddSingleton<MessagingTelemetry>();
        // Time for the longest MessagingOptions.ShutdownTimeout.
        services.Configure<HostOptions>(host => host.ShutdownTimeout = GracefulShutdown.Limit);
        builder.AddValidatedOptions<MessagingOptions>($"{name}:Messaging", name);

        services.AddSingleton(provider => new MessagingModule<TDb>(
            name, provider.GetRequiredService<IOptionsMonitor<MessagingOptions>>().Get(name)));
        services.AddSingleton<StreamOwnership<TDb>>();
        services.AddSingleton<LossDetection<TDb>>();
        services.AddSingleton<OutboxRelay<TDb>>();
        services.AddHostedService(provider => provider.GetRequiredService<OutboxRelay<TDb>>());
        services.AddHostedService<RetentionWorker<TDb>>();
        services.ConfigureDbContext<TDb>((provider, options) => options
            // So that no event waits for a poll.
            .AddInterceptors(new WakeOnCommit<OutboxMessage>(
                provider.GetRequiredService<OutboxRelay<TDb>>(), isDue: static _ => true))
            .ConfigureWarnings(LogThrownErrorsOnce));

        var subscriptions = new Subscriptions<TDb>();
        subscribe?.Invoke(subscriptions);
        services.AddSingleton(subscriptions);
        foreach (var stream in subscriptions.Streams)
        {
            services.AddSingleton<IHostedService>(provider =>
                ActivatorUtilities.CreateInstance<EventConsumer<TDb>>(provider, stream));
        }

        return builder;
    }

    // Each of these also throws, and whoever catches it logs it, if need be: an outage is one line, a duplicate none.
    private static void LogThrownErrorsOnce(WarningsConfigurationBuilder warnings) => warnings.Log(
        (CoreEventId.SaveChangesFailed, LogLevel.Debug),
        (CoreEventId.QueryIterationFailed, LogLevel.Debug),
        (CoreEventId.OptimisticConcurrencyException, LogLevel.Debug),
        (RelationalEventId.ConnectionError, LogLevel.Debug),
        (RelationalEventId.CommandError, LogLevel.Debug),
        (RelationalEventId.TransactionError, LogLevel.Debug));
}

/// <summary>What differs between the modules of one process.</summary>
internal sealed record MessagingModule<TDb>(string Name, MessagingOptions Options)
    where TDb : DbContext
{
    private Tables? _tables;

    public string Stream { get; } = RedisStreams.NameOf(Name);

    public Tables TablesOf(TDb db) => _tables ??= Tables.Of(db);
}
