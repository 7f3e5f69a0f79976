using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using StackExchange.Redis;
using Service = Aspire.Hosting.ApplicationModel.IResourceBuilder<Aspire.Hosting.ApplicationModel.ProjectResource>;

namespace Shop.AppHost;

/// <summary>
/// Faults for the shop's page "How this shop works": in Development an operator stops services, loses messages and
/// sends them twice there. No service knows of it: the commands are Aspire's, and those of redis in its dashboard.
/// </summary>
internal static class FaultInjection
{
    private const int Duplicates = 20;

    /// <summary>What an order can do without for a while.</summary>
    private static readonly string[] Stoppable = ["payments", "shipping"];

    private static readonly RedisKey[] Streams = ["shop:users", "shop:orders", "shop:payments", "shop:shipping"];

    /// <summary>Tells the gateway where its operators' commands are carried out.</summary>
    public static Service WithFaultInjection(this Service gateway, IResourceBuilder<RedisResource>? redis)
    {
        var builder = gateway.ApplicationBuilder;
        if (builder.ExecutionContext.IsPublishMode || !builder.Environment.IsDevelopment())
            return gateway;

        (string Resource, string Command)[] allowed =
        [
            .. from service in builder.Resources.OfType<ProjectResource>()
               where Stoppable.Contains(service.Name)
               from command in (string[])[KnownResourceCommands.StopCommand, KnownResourceCommands.StartCommand]
               select (service.Name, command),
            .. redis is null ? [] : redis.WithStreamCommands(),
        ];
        if (allowed is [])
            return gateway;

        builder.Services.AddSingleton(services => new CommandServer(services, allowed));
        builder.Eventing.Subscribe<BeforeStartEvent>((starting, cancel) =>
            starting.Services.GetRequiredService<CommandServer>().StartAsync(cancel));
        return gateway.WithEnvironment(context =>
        {
            var server = context.ExecutionContext.Services.GetRequiredService<CommandServer>();
            context.EnvironmentVariables["Development__Commands__Address"] = server.Address;
            context.EnvironmentVariables["Development__Commands__Key"] = server.Key;
        });
    }

    private static (string Resource, string Command)[] WithStreamCommands(this IResourceBuilder<RedisResource> redis)
    {
        const string Lose = "lose-messages";
        const string Duplicate = "duplicate-messages";
        redis.WithStreamCommand(Lose, "Lose messages", "Deletes the streams.", "Delete", LoseAsync)
            .WithStreamCommand(
                Duplicate, "Duplicate messages", "Appends the newest messages again.", "Copy", DuplicateAsync);
        return [(redis.Resource.Name, Lose), (redis.Resource.Name, Duplicate)];
    }

    private static IResourceBuilder<RedisResource> WithStreamCommand(
        this IResourceBuilder<RedisResource> redis, string name, string displayName, string description, string icon,
        Func<IDatabase, Task<string>> run) =>
        redis.WithShopCommand(name, displayName, description, icon, async (_, cancel) =>
        {
            var address = await redis.Resource.ConnectionStringExpression.GetValueAsync(cancel);
            await using var connection = await ConnectionMultiplexer.ConnectAsync(address!);
            return await run(connection.GetDatabase());
        });

    // As a Redis that comes back without its data has lost them: with their groups and markers. Carts stay.
    private static async Task<string> LoseAsync(IDatabase redis)
    {
        var transaction = redis.CreateTransaction();
        var lengths = Array.ConvertAll(Streams, stream => transaction.StreamLengthAsync(stream));
        var deletion = transaction.KeyDeleteAsync(
            [.. Streams, .. Streams.Select(stream => (RedisKey)$"{stream}:marker")]);
        await transaction.ExecuteAsync();
        await deletion;
        return $"{(await Task.WhenAll(lengths)).Sum()} messages are lost, with everything that Redis knew of them.";
    }

    private static async Task<string> DuplicateAsync(IDatabase redis)
    {
        var count = 0;
        foreach (var stream in Streams)
        {
            var newest = await redis.StreamRangeAsync(stream, count: Duplicates, messageOrder: Order.Descending);
            foreach (var entry in newest.Reverse())
                await redis.StreamAddAsync(stream, entry.Values);

            count += newest.Length;
        }

        return $"{count} messages were sent a second time.";
    }
}
