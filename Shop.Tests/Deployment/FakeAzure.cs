using System.Diagnostics;

namespace Shop.Tests.Deployment;

/// <summary>
/// infra/deploy.sh with an <c>az</c>, <c>dotnet</c> and <c>curl</c> that note what they are called with and answer as
/// the real ones would. Each test says what is there before, and what goes wrong.
/// </summary>
internal sealed class FakeAzure : IDisposable
{
    // What it answers depends on the call alone, and on these variables:
    // OLD         the revision of the gateway that has the traffic; none before the first deployment
    // BAD_JOB     a job whose execution fails
    // BAD_APP     a service whose new revision never becomes ready
    // BAD_URL     a part of an address that answers with an error
    // FAILS_AT    the number of the call of az that fails, for any reason
    private const string Az = """
        #!/usr/bin/env bash
        step="STEP=${STEP:-} IMAGE_TAG=${IMAGE_TAG:-} RELEASE=${RELEASE:-} GATEWAY_REVISION=${GATEWAY_REVISION:-}"
        echo "az $* ${STEP:+[$step]}" >> "$CALLS"
        [ "$(grep -c '^az ' "$CALLS")" != "${FAILS_AT:-}" ] || { echo 'az: something went wrong' >&2; exit 1; }
        all="$*"
        after() { sed -n "s/.* $1 \([^ ]*\).*/\1/p" <<<"$all "; }
        case $all in
          *outputs.vaultName*) echo shop-vault ;;
          *outputs.registryServer*) echo shopregistry.azurecr.io ;;
          *outputs.environmentDomain*) echo green.westeurope.azurecontainerapps.io ;;
          *outputs.jobs*) printf '%s\n' users-migrate payments-migrate shipping-migrate orders-migrate ;;
          'containerapp list'*) echo "${OLD:-None}" ;;
          'containerapp job start'*) echo "$(after --name)-1" ;;
          'containerapp job execution show'*)
            # The first time that somebody asks, it still runs.
            if ! grep -q "asked $(after --name)$" "$CALLS"; then echo "asked $(after --name)" >> "$CALLS"; echo Running
            elif [ "$(after --name)" = "${BAD_JOB:-}" ]; then echo Failed; else echo Succeeded; fi ;;
          *'containers[0].image'*) echo shopregistry.azurecr.io/shop/gateway:before ;;
          'containerapp revision show'*)
            case $(after --revision) in
              "${BAD_APP:-nothing}"--rbefore-*) echo 'Running Healthy' ;;
              "${BAD_APP:-nothing}"--*) echo 'Activating None' ;;
              *) echo 'RunningAtMaxScale Healthy' ;;
            esac ;;
          'keyvault certificate list'*) [ -n "${OLD:-}" ] && echo 1 || echo 0 ;;
          'acr login'*) echo token-of-the-registry ;;
        esac
        """;

    private const string Dotnet = """
        #!/usr/bin/env bash
        [ -n "$DOTNET_CONTAINER_REGISTRY_PWORD" ] || exit 1
        echo "dotnet $*" >> "$CALLS"
        """;

    private const string Curl = """
        #!/usr/bin/env bash
        url=${!#}
        echo "curl $url" >> "$CALLS"
        if [ -n "${BAD_URL:-}" ] && [[ $url == *"$BAD_URL"* ]]; then echo 'curl: (22) 500' >&2; exit 22; fi
        case $* in *http_code*) printf 401 ;; esac
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("shop-az").FullName;

    public FakeAzure()
    {
        foreach (var (name, script) in (ReadOnlySpan<(string, string)>)[("az", Az), ("dotnet", Dotnet), ("curl", Curl)])
        {
            var file = Path.Combine(_folder, name);
            File.WriteAllText(file, script);
            if (!OperatingSystem.IsWindows())
                File.SetUnixFileMode(
                    file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    private string Log => Path.Combine(_folder, "calls");

    /// <summary>Runs the script, and returns its exit code with all calls that it made, in order.</summary>
    public async Task<(int ExitCode, string[] Calls, string Output)> RunAsync(
        string[] arguments, params (string Name, string Value)[] situation)
    {
        var cancel = TestContext.Current.CancellationToken;
        await File.WriteAllTextAsync(Log, "", cancel);
        var start = new ProcessStartInfo("bash", [Path.Combine(Bicep.Infra, "deploy.sh"), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment =
            {
                ["PATH"] = $"{_folder}:{Environment.GetEnvironmentVariable("PATH")}",
                ["CALLS"] = Log,
                ["IMAGE_TAG"] = "after",
                ["POLL_SECONDS"] = "0",
                ["TIMEOUT_SECONDS"] = "1",
            },
        };
        foreach (var (name, value) in situation)
            start.Environment[name] = value;

        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(cancel);
        var error = process.StandardError.ReadToEndAsync(cancel);
        await process.WaitForExitAsync(cancel);
        return (process.ExitCode, await File.ReadAllLinesAsync(Log, cancel), await output + await error);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
