using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Configuration;
using Shop.Hosting.Native;

namespace Shop.Tests.Deployment;

/// <summary>A real Redis that answers over TLS only, with a certificate of an authority made for the test.</summary>
internal sealed class TlsRedis : IAsyncDisposable
{
    private const string Password = "a-long-walk-on-the-beach";
    private readonly Process _process;
    private readonly string _folder;

    private TlsRedis(Process process, string folder, int port)
    {
        (_process, _folder) = (process, folder);
        ConnectionString = $"localhost:{port},password={Password},ssl=true,abortConnect=false";
    }

    public string ConnectionString { get; }

    /// <summary>The certificates of the authority, for whoever should trust it.</summary>
    public string Authority => Path.Combine(_folder, "ca.pem");

    public static async Task<TlsRedis> StartAsync()
    {
        var cancel = TestContext.Current.CancellationToken;
        var folder = Directory.CreateTempSubdirectory("shop-tls-redis").FullName;
        await WriteCertificatesAsync(folder);
        var options = new NativeServerOptions(new ConfigurationBuilder().AddEnvironmentVariables().Build());
        var installation = await RedisInstallation.FindAsync(
            new(null!, options, new NativeCache(options.CacheFolder), _ => { }), cancel);
        var port = FreePort.Next();
        // The password goes in by standard input: every process can read the arguments of another.
        var start = new ProcessStartInfo(installation.Program, ["-"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            WorkingDirectory = folder,
        };
        foreach (var (name, value) in installation.Environment)
            start.Environment[name] = value;

        var redis = new TlsRedis(Process.Start(start)!, folder, port);
        await redis._process.StandardInput.WriteAsync(
            $"""
            bind 127.0.0.1
            port 0
            tls-port {port}
            tls-cert-file {folder}/server.pem
            tls-key-file {folder}/server.key
            tls-ca-cert-file {folder}/ca.pem
            tls-auth-clients no
            requirepass {Password}
            save ""

            """);
        redis._process.StandardInput.Close();
        _ = redis._process.StandardOutput.ReadToEndAsync(cancel);
        await Eventually.Is(
            async () =>
            {
                using var probe = new TcpClient();
                await probe.ConnectAsync(IPAddress.Loopback, port, cancel);
                return true;
            },
            listens => listens,
            what: "Redis");
        return redis;
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static async Task WriteCertificatesAsync(string folder)
    {
        var now = TimeProvider.System.GetUtcNow();
        using var authorityKey = RSA.Create(2048);
        var authorityRequest = new CertificateRequest(
            "CN=Test authority", authorityKey, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        authorityRequest.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var authority = authorityRequest.CreateSelfSigned(now.AddDays(-1), now.AddDays(30));

        using var key = RSA.Create(2048);
        var request = new CertificateRequest(
            "CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.Create(authority, now.AddDays(-1), now.AddDays(29), [1, 2, 3, 4, 5, 6, 7, 8]);

        await File.WriteAllTextAsync(Path.Combine(folder, "ca.pem"), authority.ExportCertificatePem());
        await File.WriteAllTextAsync(Path.Combine(folder, "server.pem"), certificate.ExportCertificatePem());
        await File.WriteAllTextAsync(Path.Combine(folder, "server.key"), key.ExportPkcs8PrivateKeyPem());
    }
}
