using Shop.Load;
using Spectre.Console.Cli;

var app = new CommandApp();
app.Configure(commands =>
{
    commands.SetApplicationName("shop-load");
    commands.AddCommand<RunCommand>("run")
        .WithDescription("Puts one scenario on the shop and says how many a second and how long each took.")
        .WithExample("run", "buy", "--rate", "100", "--seconds", "30")
        .WithExample("run", "browse", "--connections", "32");
    commands.AddCommand<CompareCommand>("compare")
        .WithDescription("Measures the shop against yardsticks of this machine in one run; ratios, not numbers.")
        .WithExample("compare", "--rounds", "5")
        .WithExample("compare", "--baseline", "Shop.Load/baseline.json");
    commands.AddCommand<TopologiesCommand>("topologies")
        .WithDescription("Measures the shop as services, as one process, and as one process with a service beside it.")
        .WithExample("topologies", "--rounds", "3");
    commands.AddCommand<IdleCommand>("idle")
        .WithDescription("Measures how long the shop takes to start, and what it costs while nobody comes.")
        .WithExample("idle", "--seconds", "60");
    commands.AddCommand<ListenersCommand>("listeners")
        .WithDescription("Measures what customers cost who keep their orders open while nothing happens.")
        .WithExample("listeners", "--count", "1000", "--seconds", "60");
    commands.AddCommand<OverviewCommand>("overview")
        .WithDescription("Measures how soon and how completely an order is shown while a service is stopped.")
        .WithExample("overview", "--seconds", "30");
    commands.AddCommand<GrowthCommand>("growth")
        .WithDescription("Measures what requests take as the table of orders grows.")
        .WithExample("growth", "--orders", "100000,1000000");
    commands.AddCommand<SoakCommand>("soak")
        .WithDescription("Keeps a steady load up, tells each minute how the shop is, and whether its memory grows.")
        .WithExample("soak", "--minutes", "60");
    commands.AddCommand<SeedCommand>("seed")
        .WithDescription("Fills ordersdb with delivered orders, made by the server itself.")
        .WithExample(
            "seed", "1000000", "--connection", "Host=localhost;Database=ordersdb;Username=postgres;Password=…");
    commands.AddCommand<ServeCommand>("serve").IsHidden();
});
const int Cancelled = 130;
var exitCode = await app.RunAsync(args);
// Spectre.Console.Cli says nothing of it, even when nobody has asked for it.
if (exitCode == Cancelled)
    await Console.Error.WriteLineAsync("Cancelled, or a request that everything depends on got no answer in time.");

return exitCode;
