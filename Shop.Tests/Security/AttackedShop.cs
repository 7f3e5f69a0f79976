using System.Diagnostics;
using System.Globalization;
using Aspire.Hosting.Testing;
using Shop.Tests.Distributed;

namespace Shop.Tests.Security;

/// <summary>
/// One running shop for all attacks. When they are over it must stand as before: no answer was the shop's fault, no
/// process died, none has grown without bound.
/// </summary>
[CollectionDefinition(nameof(AttackedShop))]
public sealed class AttackedShop : RunningShop, ICollectionFixture<AttackedShop>
{
    private const long AllowedGrowth = 400L << 20;
    private readonly Dictionary<string, (int ProcessId, long Memory)> _before = [];
    private readonly Dictionary<string, Uri> _addresses = [];
    private OtlpListener? _telemetry;
    private Targets? _targets;
    private long _targetsAt;

    public static string[] Services => ["gateway", "users", "orders", "payments", "shipping"];

    internal Attacker Attacker { get; } = new();

    internal OtlpListener Telemetry => _telemetry ?? throw new InvalidOperationException("The shop was not started.");

    /// <summary>Every service sends its telemetry here, as in production: without the values of queries.</summary>
    protected override string[] Settings =>
    [
        .. OtlpListener.SettingsFor(Telemetry.Address),
        .. from service in Services
           from setting in (string[])
           [
               "OTEL_DOTNET_EXPERIMENTAL_ASPNETCORE_DISABLE_URL_QUERY_REDACTION=false",
               "OTEL_DOTNET_EXPERIMENTAL_HTTPCLIENT_DISABLE_URL_QUERY_REDACTION=false",
           ]
           select $"--Services:{service}:Settings:{setting}",
        // What is attacked here is not how often, but with what: one address tries everything.
        .. ((string[])["User", "Address", "Session", "Cart"]).Select(
            limit => $"--Services:gateway:Settings:RateLimits:{limit}:Quota=1000000"),
        "--Services:users:Settings:Users:SignIn:FreePerSource=1000000",
        $"--Services:orders:Settings:Orders:PaymentTokens:0=tok_visa",
        $"--Services:orders:Settings:Orders:PaymentTokens:1=tok_declined",
        $"--Services:orders:Settings:Orders:PaymentTokens:2={Canaries.PaymentToken}",
    ];

    public override async ValueTask InitializeAsync()
    {
        _telemetry = await OtlpListener.StartAsync();
        await base.InitializeAsync();
        foreach (var service in Services)
        {
            _addresses[service] = App.GetEndpoint(service, "http");
            _before[service] = await LookAtAsync(service);
        }
    }

    public override async ValueTask DisposeAsync()
    {
        try
        {
            if (_before.Count == Services.Length)
                await JudgeAsync();
        }
        finally
        {
            Attacker.Dispose();
            await base.DisposeAsync();
            if (_telemetry is not null)
                await _telemetry.DisposeAsync();
        }
    }

    public Uri At(string service, string path) => Attacker.Raw(_addresses[service], path);

    /// <summary>
    /// What attacks need: people who are signed in, a product, a paid order. Made anew before the tokens expire.
    /// </summary>
    internal async Task<Targets> TargetsAsync()
    {
        if (_targets is null || Stopwatch.GetElapsedTime(_targetsAt) > TimeSpan.FromMinutes(5))
            (_targets, _targetsAt) = (await Targets.PrepareAsync(this), Stopwatch.GetTimestamp());

        return _targets;
    }

    private async Task JudgeAsync()
    {
        TestContext.Current.SendDiagnosticMessage(Attacker.Report());
        Assert.True(Attacker.Failures.IsEmpty, $"Answers of 5xx: {string.Join('\n', Attacker.Failures.Take(20))}");
        Assert.DoesNotContain(
            await this.ConsolesAsync(), line => line.Line.Contains("Unhandled exception", StringComparison.Ordinal));
        foreach (var (service, (processId, memory)) in _before)
        {
            var now = await LookAtAsync(service);
            TestContext.Current.SendDiagnosticMessage(string.Create(
                CultureInfo.InvariantCulture,
                $"{service}: {memory >> 20} MB before the attacks, {now.Memory >> 20} MB after."));
            Assert.True(processId == now.ProcessId, $"{service} died and was started again.");
            Assert.True(
                now.Memory < memory + AllowedGrowth, $"{service} grew from {memory >> 20} to {now.Memory >> 20} MB.");
        }
    }

    private async Task<(int ProcessId, long Memory)> LookAtAsync(string service)
    {
        var id = await ProcessIdOfAsync(service);
        using var process = Process.GetProcessById(id);
        return (id, process.WorkingSet64);
    }
}
