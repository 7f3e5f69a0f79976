using System.Globalization;
using System.Security.Authentication;
using System.Text;

namespace StackExchange.Redis;

public sealed partial class ConfigurationOptions
{
    // Options of the real library that change nothing with one server, one protocol and no cluster.
    private static readonly string[] WithoutEffect =
    [
        "configChannel", "configCheckSeconds", "highIntegrity", "highPriorityThreads", "preserveAsyncOrder", "protocol",
        "resolveDns", "responseTimeout", "setlib", "tiebreaker", "version", "writeBuffer",
    ];

    /// <summary>Reads options from text: <c>host:port,password=…,ssl=true</c>.</summary>
    /// <param name="configuration">The text.</param>
    /// <exception cref="ArgumentException">It cannot be read; the message names the option, never its value.</exception>
    public static ConfigurationOptions Parse(string configuration) => Parse(configuration, ignoreUnknown: false);

    /// <summary>Reads options from text: <c>host:port,password=…,ssl=true</c>.</summary>
    /// <param name="configuration">The text.</param>
    /// <param name="ignoreUnknown">Whether options that are not known are passed over.</param>
    /// <exception cref="ArgumentException">It cannot be read; the message names the option, never its value.</exception>
    public static ConfigurationOptions Parse(string configuration, bool ignoreUnknown)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(configuration);
        var options = new ConfigurationOptions();
        foreach (var part in configuration.Split(
            ',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0)
            {
                options.Set(part[..equals].TrimEnd(), part[(equals + 1)..].TrimStart(), ignoreUnknown);
            }
            else if (EndPointCollection.TryParse(part) is { } endpoint && !options.EndPoints.Contains(endpoint))
            {
                options.EndPoints.Add(endpoint);
            }
        }

        return options;
    }

    /// <summary>The options as text, the password masked.</summary>
    public override string ToString() => ToString(includePassword: false);

    /// <summary>The options as text.</summary>
    /// <param name="includePassword">Whether the password is part of it; else it is masked.</param>
    public string ToString(bool includePassword)
    {
        var text = new StringBuilder();
        text.AppendJoin(',', EndPoints.Select(EndPointCollection.ToString));
        Append("name", ClientName);
        Append("keepAlive", _keepAlive);
        Append("syncTimeout", SyncTimeout == 5000 ? null : SyncTimeout);
        Append("asyncTimeout", _asyncTimeout);
        Append("allowAdmin", AllowAdmin ? true : null);
        Append("connectTimeout", _connectTimeout);
        Append("user", User);
        Append("password", includePassword || string.IsNullOrEmpty(Password) ? Password : "*****");
        Append("ssl", Ssl ? true : null);
        Append("sslProtocols", SslProtocols?.ToString().Replace(", ", "|", StringComparison.Ordinal));
        Append("checkCertificateRevocation", CheckCertificateRevocation ? null : false);
        Append("sslHost", SslHost);
        Append("abortConnect", _abortOnConnectFail);
        Append("connectRetry", ConnectRetry == 3 ? null : ConnectRetry);
        Append("defaultDatabase", DefaultDatabase);
        return text.ToString();

        void Append(string name, object? value)
        {
            if (value is not null and not "")
            {
                text.Append(text.Length > 0 ? "," : "").Append(CultureInfo.InvariantCulture, $"{name}={value}");
            }
        }
    }

    private static bool Bool(string name, string value) => value.ToUpperInvariant() switch
    {
        "TRUE" or "YES" or "ON" or "1" => true,
        "FALSE" or "NO" or "OFF" or "0" => false,
        _ => throw new ArgumentException($"Keyword '{name}' requires a boolean value.", name),
    };

    private static int Number(string name, string value, int least = int.MinValue) =>
        int.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= least
            ? number
            : throw new ArgumentException($"Keyword '{name}' requires an integer value from {least}.", name);

    private static SslProtocols Protocols(string name, string value) =>
        Enum.TryParse<SslProtocols>(value.Replace('|', ','), ignoreCase: true, out var protocols)
            ? protocols
            : throw new ArgumentException($"Keyword '{name}' requires an SslProtocol value.", name);

    private void Set(string name, string value, bool ignoreUnknown)
    {
        switch (name.ToUpperInvariant())
        {
            case "ABORTCONNECT":
                AbortOnConnectFail = Bool(name, value);
                break;
            case "ALLOWADMIN":
                AllowAdmin = Bool(name, value);
                break;
            case "ASYNCTIMEOUT":
                AsyncTimeout = Number(name, value, 1);
                break;
            case "CHECKCERTIFICATEREVOCATION":
                CheckCertificateRevocation = Bool(name, value);
                break;
            case "CONNECTRETRY":
                ConnectRetry = Number(name, value);
                break;
            case "CONNECTTIMEOUT":
                ConnectTimeout = Number(name, value);
                break;
            case "DEFAULTDATABASE":
                DefaultDatabase = Number(name, value);
                break;
            case "KEEPALIVE":
                KeepAlive = Number(name, value);
                break;
            case "NAME":
                ClientName = value;
                break;
            case "PASSWORD":
                Password = value;
                break;
            case "SSL":
                Ssl = Bool(name, value);
                break;
            case "SSLHOST":
                SslHost = value;
                break;
            case "SSLPROTOCOLS":
                SslProtocols = Protocols(name, value);
                break;
            case "SYNCTIMEOUT":
                SyncTimeout = Number(name, value, 1);
                break;
            case "USER":
                User = value;
                break;
            case "CHANNELPREFIX" or "PROXY" or "SERVICENAME" or "TUNNEL":
                throw new NotSupportedException($"Keyword '{name}' is known to the real library only.");
            default:
                if (!ignoreUnknown && !WithoutEffect.Contains(name, StringComparer.OrdinalIgnoreCase))
                {
                    throw new ArgumentException($"Keyword '{name}' is not supported.", name);
                }

                break;
        }
    }
}
