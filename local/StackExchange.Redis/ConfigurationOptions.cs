using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using Microsoft.Extensions.Logging;

namespace StackExchange.Redis;

/// <summary>Where the servers are and how to connect to them. All times are milliseconds unless said otherwise.</summary>
public sealed partial class ConfigurationOptions : ICloneable
{
    private bool? _abortOnConnectFail;
    private int? _asyncTimeout;
    private int? _connectTimeout;
    private int? _keepAlive;
    private IReconnectRetryPolicy? _reconnectRetryPolicy;

    /// <summary>Decides whether a server's certificate is accepted, in place of the usual rules.</summary>
    public event RemoteCertificateValidationCallback? CertificateValidation;

    /// <summary>The servers; the first that can be reached is used.</summary>
    public EndPointCollection EndPoints { get; init; } = [];

    /// <summary>Whether connecting fails when no server can be reached; else it goes on in the background. Default true.</summary>
    public bool AbortOnConnectFail
    {
        get => _abortOnConnectFail ?? true;
        set => _abortOnConnectFail = value;
    }

    /// <summary>Whether commands that can harm a server are allowed. Default false.</summary>
    public bool AllowAdmin { get; set; }

    /// <summary>How long a command may take, waiting for a connection included. Default as <see cref="SyncTimeout"/>.</summary>
    public int AsyncTimeout
    {
        get => _asyncTimeout ?? SyncTimeout;
        set => _asyncTimeout = value;
    }

    /// <summary>Whether a certificate's revocation is checked. Default true.</summary>
    public bool CheckCertificateRevocation { get; set; } = true;

    /// <summary>The name under which the server lists this client. Default the machine's name.</summary>
    public string? ClientName { get; set; }

    /// <summary>How often connecting is tried before it has failed. Default 3.</summary>
    public int ConnectRetry { get; set; } = 3;

    /// <summary>How long one try to connect may take, sign-in included. Default 5000, or the sync timeout if longer.</summary>
    public int ConnectTimeout
    {
        get => _connectTimeout ?? Math.Max(5000, SyncTimeout);
        set => _connectTimeout = value;
    }

    /// <summary>The database when none is named.</summary>
    public int? DefaultDatabase { get; set; }

    /// <summary>
    /// After how many seconds of silence the server is asked for a sign of life. Default 60, but this client never waits
    /// longer than two, so that a dead line is seen soon.
    /// </summary>
    public int KeepAlive
    {
        get => _keepAlive ?? 60;
        set => _keepAlive = value;
    }

    /// <summary>Where to log losses and returns of connections.</summary>
    public ILoggerFactory? LoggerFactory { get; set; }

    /// <summary>The password; never part of an exception's text.</summary>
    public string? Password { get; set; }

    /// <summary>When to try again to connect. Default after 20 ms, then later up to a second, with a random part.</summary>
    public IReconnectRetryPolicy ReconnectRetryPolicy
    {
        get => _reconnectRetryPolicy ?? SoonRetry.Instance;
        set => _reconnectRetryPolicy = value;
    }

    /// <summary>Whether to connect by TLS.</summary>
    public bool Ssl { get; set; }

    /// <summary>The name that the server's certificate must have. Default the endpoint's host.</summary>
    public string? SslHost { get; set; }

    /// <summary>The versions of TLS; null lets the system choose.</summary>
    public SslProtocols? SslProtocols { get; set; }

    /// <summary>The default of the other timeouts; no command here waits by blocking. Default 5000.</summary>
    public int SyncTimeout { get; set; } = 5000;

    /// <summary>The user to sign in as; null signs in with the password alone.</summary>
    public string? User { get; set; }

    internal TimeSpan SilenceBeforePing => TimeSpan.FromSeconds(KeepAlive == 1 ? 1 : 2);

    internal RemoteCertificateValidationCallback? CertificateCallback => CertificateValidation;

    /// <summary>A copy.</summary>
    public ConfigurationOptions Clone() => new()
    {
        EndPoints = new([.. EndPoints]),
        _abortOnConnectFail = _abortOnConnectFail,
        AllowAdmin = AllowAdmin,
        _asyncTimeout = _asyncTimeout,
        CertificateValidation = CertificateValidation,
        CheckCertificateRevocation = CheckCertificateRevocation,
        ClientName = ClientName,
        ConnectRetry = ConnectRetry,
        _connectTimeout = _connectTimeout,
        DefaultDatabase = DefaultDatabase,
        _keepAlive = _keepAlive,
        LoggerFactory = LoggerFactory,
        Password = Password,
        _reconnectRetryPolicy = _reconnectRetryPolicy,
        Ssl = Ssl,
        SslHost = SslHost,
        SslProtocols = SslProtocols,
        SyncTimeout = SyncTimeout,
        User = User,
    };

    object ICloneable.Clone() => Clone();

    /// <summary>Changes these options by a method.</summary>
    /// <param name="configure">The method.</param>
    /// <returns>These options.</returns>
    public ConfigurationOptions Apply(Action<ConfigurationOptions> configure)
    {
        configure(this);
        return this;
    }

    /// <summary>Gives 6379, or 6380 with TLS, to every endpoint without a port.</summary>
    public void SetDefaultPorts()
    {
        var port = Ssl ? 6380 : 6379;
        for (var i = 0; i < EndPoints.Count; i++)
        {
            EndPoints[i] = EndPoints[i] switch
            {
                DnsEndPoint { Port: 0 } dns => new DnsEndPoint(dns.Host, port, dns.AddressFamily),
                IPEndPoint { Port: 0 } address => new IPEndPoint(address.Address, port),
                var other => other,
            };
        }
    }

    /// <summary>What <see cref="AbortOnConnectFail"/> is when nobody has set it.</summary>
    internal void DefaultAbortOnConnectFail(bool value) => _abortOnConnectFail ??= value;
}
