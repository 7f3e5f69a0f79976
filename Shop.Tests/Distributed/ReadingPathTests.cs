using System.Diagnostics.Tracing;
using System.Text.RegularExpressions;
using Microsoft.Diagnostics.NETCore.Client;
using Microsoft.Diagnostics.Tracing;
using Microsoft.Diagnostics.Tracing.Parsers;
using Microsoft.Diagnostics.Tracing.Parsers.Clr;

namespace Shop.Tests.Distributed;

/// <summary>
/// The reading path of docs/architecture.md against what an order really enters: the runtime compiles a method when it
/// is first called, so what services that were just started compile for their first order is what it went through.
/// </summary>
[Collection(nameof(ShopWithoutDeadlines))]
public partial class ReadingPathTests(ShopWithoutDeadlines shop, ITestOutputHelper output)
{
    private static readonly string[] Services = ["orders", "payments", "shipping"];

    [Fact]
    public async Task Every_file_that_a_first_order_enters_is_on_the_path_or_named_as_left_out()
    {
        var customer = await shop.NewCustomerAsync();
        var product = (Guid)(await customer.PlentifulProductAsync())["id"]!;
        foreach (var service in Services)
            await shop.RestartAsync(service);

        var recordings = await Task.WhenAll(
            Services.Select(async service => new Recording(await shop.ProcessIdOfAsync(service))));
        var placed = await customer.PostOrderAsync(Customer.OrderOf(product), Customer.NewKey());
        var order = (Guid)(await Customer.Read(placed, System.Net.HttpStatusCode.Created))["id"]!;
        await Eventually.Equals("Delivered", () => customer.StatusOfAsync(order), what: "The first order");
        var methods = (await Task.WhenAll(recordings.Select(recording => recording.StopAsync())))
            .SelectMany(found => found)
            .ToHashSet();

        var sources = SourceFiles.OfMethods(Repository.Root);
        var entered = methods.SelectMany(method => sources.GetValueOrDefault(method, [])).Distinct().Order().ToArray();
        output.WriteLine(string.Join('\n', entered));
        var named = FileName().Matches(Repository.Read("docs/architecture.md"))
            .Select(match => match.Groups[1].Value)
            .ToHashSet();
        string[] missing = [.. entered.Where(file => !named.Contains(file))];

        Assert.Contains("Shop.Orders/PlaceOrder.cs", entered);
        Assert.Contains("Shop.Shipping/CarrierPollingWorker.cs", entered);
        Assert.True(missing is [], $"docs/architecture.md does not name {string.Join(", ", missing)}");
    }

    [GeneratedRegex("`([^`]+\\.cs)`")]
    private static partial Regex FileName();

    /// <summary>The methods that a process compiles from now on, as type and name.</summary>
    private sealed class Recording
    {
        private readonly EventPipeSession _session;
        private readonly HashSet<(string Type, string Method)> _methods = [];
        private readonly Task _reading;

        public Recording(int process)
        {
            _session = new DiagnosticsClient(process).StartEventPipeSession(
                [
                    new EventPipeProvider(
                        "Microsoft-Windows-DotNETRuntime",
                        EventLevel.Verbose,
                        (long)ClrTraceEventParser.Keywords.Jit),
                ],
                requestRundown: false);
            _reading = Task.Run(Read);
        }

        public async Task<IReadOnlySet<(string Type, string Method)>> StopAsync()
        {
            await _session.StopAsync(TestContext.Current.CancellationToken);
            await _reading;
            _session.Dispose();
            return _methods;
        }

        private void Read()
        {
            using var source = new EventPipeEventSource(_session.EventStream);
            source.Clr.MethodLoadVerbose += method =>
            {
                // What is compiled once more because it ran often was entered before.
                if (method.OptimizationTier
                    is not (OptimizationTier.OptimizedTier1 or OptimizationTier.OptimizedTier1OSR))
                    _methods.Add((method.MethodNamespace.Split('[')[0], method.MethodName));
            };
            source.Process();
        }
    }
}
