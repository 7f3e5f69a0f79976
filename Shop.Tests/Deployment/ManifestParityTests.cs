using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Shop.Messaging;
using Shop.Orders;
using Shop.Payments;
using Shop.Shipping;
using Shop.Users;

namespace Shop.Tests.Deployment;

/// <summary>
/// infra/ is written by hand, so it is held against the manifest that Aspire writes of the AppHost
/// (Hosting/manifest.json, which a test of its own keeps true).
/// </summary>
public sealed class ManifestParityTests
{
    public static TheoryData<string> Stages => ["dev", "prod"];

    /// <summary>
    /// What somebody may get wrong, and the difference that is then reported. Those of a row are made together, since
    /// the compiler takes seconds; none hides another.
    /// </summary>
    private static readonly Mistake[][] Mistakes =
    [
        [
            new("services.bicep", "references: ['users', 'shipping']", "references: ['users']", "orders: references"),
            new("services.bicep", "references: []", "references: ['orders']", "users: references"),
            new("services.bicep", "external: true", "external: false", "gateway: external"),
            new("services.bicep", "consumes: ['orders', 'users']", "consumes: ['orders']", "payments: streams"),
            new("services.bicep", "database: 'ordersdb'", "database: 'orderdb'", "databases: "),
            new("modules/service.bicep", "'http://${name}'", "'http://${name}:80'", "services__users__http__0 is"),
            new("modules/service.bicep", "path: '/health/ready'", "path: '/health'", "users: probes"),
            new("modules/service.bicep", "string(port)", "'80'", "users: listens on another port"),
        ],
        [
            new("services.bicep", "external: false", "external: true", "users: external"),
            new("services.bicep", "name: 'shipping'", "name: 'shiping'", "apps: "),
            new("modules/service.bicep", "'shop:${stream}'", "'store:${stream}'", "orders: streams"),
            new("modules/service.bicep", "type: 'Liveness'", "type: 'Livenes'", "users: probes"),
            new("modules/service.bicep", "'ConnectionStrings__redis'", "'ConnectionStrings__r'", "users: references"),
            new("main.bicep", "name: '${service.name}-migrate'", "name: '${service.name}-m'", "jobs that migrate: "),
        ],
        [
            new("modules/service.bicep", "consumerGroup: service.name", "consumerGroup: 'shop'", "orders: streams"),
            new("modules/service.bicep", "service.external ? {} :", "!service.external ? {} :", "BehindGateway"),
        ],
    ];

    public static TheoryData<int> Rows => [.. Enumerable.Range(0, Mistakes.Length)];

    [Theory]
    [MemberData(nameof(Stages))]
    public async Task What_is_deployed_is_what_the_app_host_composes(string stage)
    {
        Assert.Empty(ManifestParity.Differences(Manifest(), await Bicep.SnapshotAsync(stage), Subscriptions()));
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task A_mistake_in_one_of_them_is_seen(int row)
    {
        var folder = Directory.CreateTempSubdirectory("shop-infra").FullName;
        try
        {
            Bicep.Copy(Bicep.Infra, folder);
            foreach (var (file, right, wrong, _) in Mistakes[row])
            {
                var path = Path.Combine(folder, file);
                var text = await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken);
                var at = text.IndexOf(right, StringComparison.Ordinal);
                Assert.True(at >= 0, $"{file} does not say {right} any more.");
                await File.WriteAllTextAsync(
                    path, text[..at] + wrong + text[(at + right.Length)..], TestContext.Current.CancellationToken);
            }

            var differences = ManifestParity.Differences(
                Manifest(), await Bicep.SnapshotAsync("prod", folder, []), Subscriptions());

            Assert.All(
                Mistakes[row],
                mistake => Assert.Contains(
                    differences, found => found.Contains(mistake.Difference, StringComparison.Ordinal)));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static JsonNode Manifest() => JsonNode.Parse(Repository.Read("Shop.Tests/Hosting/manifest.json"))!;

    /// <summary>What the modules themselves subscribe to.</summary>
    private static Dictionary<string, string[]> Subscriptions() => new()
    {
        ["orders"] = StreamsOf<OrdersDb>("orders"),
        ["payments"] = StreamsOf<PaymentsDb>("payments"),
        ["shipping"] = StreamsOf<ShippingDb>("shipping"),
        ["users"] = StreamsOf<UsersDb>("users"),
    };

    private static string[] StreamsOf<TDb>(string service)
        where TDb : DbContext
    {
        using IDisposable app = DeployedService.Build(
            service, builder => builder.Configuration[$"ConnectionStrings:{service}db"] = "Host=localhost");
        return
        [
            .. ((WebApplication)app).Services.GetRequiredService<Subscriptions<TDb>>().Streams
                .Select(stream => stream["shop:".Length..]),
        ];
    }

    private sealed record Mistake(string File, string Right, string Wrong, string Difference);
}
