using System.Globalization;

namespace Shop.Tests.Deployment;

/// <summary>In which order infra/deploy.sh does what, and what it does when something goes wrong.</summary>
public sealed class DeployScriptTests : IDisposable
{
    private const string New = "gateway--rafter-";
    private const string Old = "gateway--rbefore-1";
    private static readonly (string, string) Running = ("OLD", Old);
    private readonly FakeAzure _azure = new();

    public DeployScriptTests() => Assert.SkipWhen(OperatingSystem.IsWindows(), "The script needs bash.");

    public void Dispose() => _azure.Dispose();

    [Fact]
    public async Task The_first_time_everything_is_made_migrated_and_opened_in_this_order()
    {
        var (exitCode, calls, output) = await _azure.RunAsync(["prod"]);

        Assert.True(exitCode == 0, output);
        AssertOrder(
            calls,
            "az group create",
            "STEP=platform",
            "az keyvault certificate create",
            "dotnet publish Shop.Users",
            "dotnet publish Shop.Gateway",
            "STEP=jobs",
            "az containerapp job start --resource-group shop-prod --name users-migrate",
            "az containerapp job execution show --resource-group shop-prod --name users-migrate",
            "az containerapp job start --resource-group shop-prod --name orders-migrate",
            "STEP=apps",
            "--revision orders--rafter-",
            "curl https://gateway.green.westeurope.azurecontainerapps.io/api/products",
            $"--revision-weight {New}");
        Assert.Equal(5, calls.Count(call => call.StartsWith("dotnet publish", StringComparison.Ordinal)));
        Assert.All(
            calls.Where(call => call.StartsWith("dotnet publish", StringComparison.Ordinal)),
            call => Assert.Contains("-p:ContainerImageTag=after", call, StringComparison.Ordinal));
        Assert.Contains("GATEWAY_REVISION=]", calls.Single(Deploys("apps")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_next_time_requests_stay_with_the_old_version_until_the_new_one_has_passed()
    {
        var (exitCode, calls, output) = await _azure.RunAsync(["prod"], Running);

        Assert.True(exitCode == 0, output);
        Assert.Contains($"GATEWAY_REVISION={Old}]", calls.Single(Deploys("apps")), StringComparison.Ordinal);
        AssertOrder(
            calls,
            "STEP=apps",
            "curl https://gateway---next.green.westeurope.azurecontainerapps.io/api/shipping/rates",
            $"--revision-weight {New}",
            "curl https://gateway.green.westeurope.azurecontainerapps.io/api/products",
            $"revision deactivate --resource-group shop-prod --name gateway --revision {Old}");
        Assert.DoesNotContain(
            calls, call => call.StartsWith("az keyvault certificate create", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_failed_migration_stops_the_roll_out()
    {
        var (exitCode, calls, output) = await _azure.RunAsync(["prod"], Running, ("BAD_JOB", "payments-migrate"));

        Assert.Equal(1, exitCode);
        Assert.Contains("payments-migrate: nothing was rolled out", output, StringComparison.Ordinal);
        Assert.DoesNotContain(calls, call => Deploys("apps")(call));
        Assert.DoesNotContain(calls, call => call.Contains("job start", StringComparison.Ordinal)
            && call.Contains("orders-migrate", StringComparison.Ordinal));
        Assert.DoesNotContain(calls, MovesTraffic);
    }

    [Theory]
    [InlineData("BAD_URL", "---next", "The smoke test failed")]
    [InlineData("BAD_APP", "shipping", "after does not become ready")]
    public async Task A_version_that_fails_its_test_is_taken_back_and_never_gets_a_request(
        string what, string value, string message)
    {
        var (exitCode, calls, output) = await _azure.RunAsync(["prod"], Running, (what, value));

        Assert.Equal(1, exitCode);
        Assert.Contains(message, output, StringComparison.Ordinal);
        Assert.Contains("All requests are answered by before again", output, StringComparison.Ordinal);
        var deployments = calls.Where(Deploys("apps")).ToArray();
        Assert.Equal(2, deployments.Length);
        Assert.Contains("IMAGE_TAG=after", deployments[0], StringComparison.Ordinal);
        Assert.Contains($"IMAGE_TAG=before RELEASE=rbefore-", deployments[1], StringComparison.Ordinal);
        Assert.EndsWith($"GATEWAY_REVISION={Old}]", deployments[1], StringComparison.Ordinal);
        Assert.All(
            calls.Where(MovesTraffic), call => Assert.Contains($"--revision-weight {Old}=100", call));
    }

    [Fact]
    public async Task A_version_that_fails_under_all_traffic_loses_it_again()
    {
        var (exitCode, calls, output) = await _azure.RunAsync(["prod"], Running, ("BAD_URL", "gateway.green"));

        Assert.Equal(1, exitCode);
        Assert.Contains("with all traffic failed", output, StringComparison.Ordinal);
        var moves = calls.Where(MovesTraffic).ToArray();
        Assert.Equal(2, moves.Length);
        Assert.Contains($"--revision-weight {New}", moves[0], StringComparison.Ordinal);
        Assert.Contains($"--revision-weight {Old}=100", moves[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_first_deployment_that_fails_has_nothing_to_go_back_to()
    {
        var (exitCode, calls, output) = await _azure.RunAsync(["prod"], ("BAD_URL", "gateway."));

        Assert.Equal(1, exitCode);
        Assert.Contains("there is nothing to go back to", output, StringComparison.Ordinal);
        Assert.Single(calls, call => Deploys("apps")(call));
    }

    /// <summary>Whatever stops the script: no request goes to a version that has not passed its smoke test.</summary>
    [Fact]
    public async Task It_may_be_stopped_at_any_call_and_started_again()
    {
        var (exitCode, all, output) = await _azure.RunAsync(["prod"], Running);
        Assert.True(exitCode == 0, output);
        var last = all.Count(call => call.StartsWith("az ", StringComparison.Ordinal));
        Assert.True(last > 20, $"Only {last} calls.");

        for (var call = 1; call <= last; call++)
        {
            var (_, calls, _) = await _azure.RunAsync(
                ["prod"], Running, ("FAILS_AT", call.ToString(CultureInfo.InvariantCulture)));

            Assert.All(
                calls.Where(Deploys("apps")),
                one => Assert.EndsWith($"GATEWAY_REVISION={Old}]", one, StringComparison.Ordinal));
            var moved = Array.FindIndex(calls, one => MovesTraffic(one) && one.Contains(New, StringComparison.Ordinal));
            var tested = Array.FindIndex(calls, one => one.Contains("---next", StringComparison.Ordinal));
            Assert.True(moved < 0 || (tested >= 0 && tested < moved), string.Join('\n', calls));
        }
    }

    [Fact]
    public async Task A_rollback_builds_and_migrates_nothing_but_is_tested_like_a_deployment()
    {
        var (exitCode, calls, output) = await _azure.RunAsync(["prod", "rollback", "earlier"], Running);

        Assert.True(exitCode == 0, output);
        Assert.DoesNotContain(calls, call => call.StartsWith("dotnet", StringComparison.Ordinal));
        Assert.DoesNotContain(calls, call => call.Contains("job start", StringComparison.Ordinal));
        AssertOrder(calls, "IMAGE_TAG=earlier", "curl https://gateway---next", "--revision-weight gateway--rearlier-");
    }

    [Fact]
    public async Task The_first_operator_is_named_in_the_job()
    {
        var (exitCode, calls, output) = await _azure.RunAsync(["prod", "first-operator", "ada@shop.example"], Running);

        Assert.True(exitCode == 0, output);
        AssertOrder(
            calls,
            "job update --resource-group shop-prod --name first-operator --args first-operator ada@shop.example",
            "job start --resource-group shop-prod --name first-operator");
    }

    [Theory]
    [InlineData]
    [InlineData("production")]
    [InlineData("prod", "delete")]
    [InlineData("prod", "rollback")]
    [InlineData("prod", "first-operator")]
    public async Task What_is_not_understood_does_nothing(params string[] arguments)
    {
        var (exitCode, calls, output) = await _azure.RunAsync(arguments);

        Assert.Equal(2, exitCode);
        Assert.Empty(calls);
        Assert.Contains("infra/deploy.sh <stage>", output, StringComparison.Ordinal);
    }

    private static Func<string, bool> Deploys(string step) =>
        call => call.StartsWith("az deployment group create", StringComparison.Ordinal)
            && call.Contains($"[STEP={step} ", StringComparison.Ordinal);

    private static bool MovesTraffic(string call) => call.Contains("ingress traffic set", StringComparison.Ordinal);

    private static void AssertOrder(string[] calls, params string[] expected)
    {
        var at = 0;
        foreach (var part in expected)
        {
            at = Array.FindIndex(calls, at, call => call.Contains(part, StringComparison.Ordinal));
            Assert.True(at >= 0, $"{part} is missing, or too early:\n{string.Join('\n', calls)}");
        }
    }
}
