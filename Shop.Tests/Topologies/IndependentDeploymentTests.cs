using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Shop.Tests.Distributed;

namespace Shop.Tests.Topologies;

/// <summary>A shop whose services can be replaced by other builds, one at a time.</summary>
[CollectionDefinition(nameof(ShopOfManyBuilds))]
public sealed class ShopOfManyBuilds : RunningShop, ICollectionFixture<ShopOfManyBuilds>
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("shop-builds-");
    private readonly Dictionary<string, string> _older = [];

    public DirectoryInfo FolderOf(string service) => _folder.CreateSubdirectory(service);

    /// <summary>Replaces the running service by another build; by the one of this repository if null.</summary>
    public async Task DeployAsync(string service, string? program)
    {
        await File.WriteAllTextAsync(ChoiceOf(service), program ?? _older[service]);
        await RestartAsync(service);
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    // What is started is a script that starts the build that was chosen last.
    protected override void Prepare(IDistributedApplicationBuilder builder)
    {
        foreach (var service in builder.Resources.OfType<ProjectResource>())
        {
            if (service.Annotations.OfType<ExecutableAnnotation>().SingleOrDefault() is not { } built)
                continue;

            _older[service.Name] = built.Command;
            File.WriteAllText(ChoiceOf(service.Name), built.Command);
            var script = Path.Combine(_folder.FullName, $"{service.Name}.sh");
            File.WriteAllText(script, $"#!/bin/sh\nexec \"$(cat '{ChoiceOf(service.Name)}')\" \"$@\"\n");
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(
                    script, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            }

            service.Annotations.Remove(built);
            service.Annotations.Add(
                new ExecutableAnnotation { Command = script, WorkingDirectory = built.WorkingDirectory });
        }
    }

    private string ChoiceOf(string service) => Path.Combine(_folder.FullName, $"{service}.build");
}

/// <summary>On demand, since each service is built once more.</summary>
[Collection(nameof(ShopOfManyBuilds))]
public class IndependentDeploymentTests(ShopOfManyBuilds shop)
{
    [Theory(Explicit = true)]
    [InlineData("payments", "Shop.Payments")]
    [InlineData("shipping", "Shop.Shipping")]
    [InlineData("orders", "Shop.Orders")]
    [InlineData("users", "Shop.Users")]
    [Trait("Category", "Soak")]
    public async Task A_newer_build_runs_with_the_older_others_and_the_older_one_again(string service, string project)
    {
        var newer = await NewerBuild.MakeAsync(project, shop.FolderOf(service));

        await SellWhileAsync(() => shop.DeployAsync(service, newer));
        await SellWhileAsync(() => Task.CompletedTask);
        Assert.NotEqual(0, await NewEventsAsync(service));

        await SellWhileAsync(() => shop.DeployAsync(service, null));
        var before = await NewEventsAsync(service);
        await SellWhileAsync(() => Task.CompletedTask);
        Assert.Equal(before, await NewEventsAsync(service));

        foreach (var schema in (string[])["users", "orders", "payments", "shipping"])
        {
            Assert.Equal(
                0, await shop.ScalarAsync<long>($"{schema}db", $"SELECT count(*) FROM {schema}.dead_letters"));
        }
    }

    /// <summary>Orders are accepted meanwhile, and all end as they should.</summary>
    private async Task SellWhileAsync(Func<Task> change)
    {
        var customer = await shop.NewCustomerAsync();
        using var operators = await shop.OperatorAsync();
        var product = await operators.NewProductAsync(price: 500, opening: 100_000);
        var changing = change();
        List<Guid> sold = [], takenBack = [];
        for (var number = 0; number < 5 || !changing.IsCompleted; number++)
        {
            sold.Add(await customer.OrderAsync(Customer.OrderOf(product)));
            takenBack.Add(await customer.OrderAsync(Customer.OrderOf(product, token: "tok_declined")));
        }

        await changing;
        foreach (var order in sold)
            await Eventually.Equals("Delivered", () => customer.StatusOfAsync(order), what: "An order");

        foreach (var order in takenBack)
            await Eventually.Equals("Cancelled", () => customer.StatusOfAsync(order), what: "A declined order");
    }

    private Task<long> NewEventsAsync(string service) => shop.ScalarAsync<long>(
        $"{service}db",
        $"""
        SELECT (SELECT count(*) FROM {service}.outbox_sent WHERE content LIKE '%{NewerBuild.Member}%')
            + (SELECT count(*) FROM {service}.outbox WHERE content LIKE '%{NewerBuild.Member}%')
        """);
}
