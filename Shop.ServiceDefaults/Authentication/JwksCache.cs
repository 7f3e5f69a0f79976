using System.Buffers.Text;
using System.Net.Http.Json;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;

namespace Shop.ServiceDefaults;

/// <summary>
/// Caches the public keys of Users. They are read on a schedule, not when a token needs one, and stay in use while
/// Users is unavailable: no valid token fails because a key is missing. Unknown key ids cause an extra read at most
/// once per <see cref="TokenVerificationOptions.UnknownKeyPause"/>; whoever uses that up cannot delay the scheduled
/// reads.
/// </summary>
internal sealed class JwksCache(
    IHttpClientFactory clients, IOptions<TokenVerificationOptions> options, TimeProvider clock)
    : IConfigurationManager<OpenIdConnectConfiguration>, IPostConfigureOptions<JwtBearerOptions>, IDisposable
{
    public const string Client = "users-keys";

    // Fixed: an address that a token or another document names is never called.
    private static readonly Uri Address = new("https+http://users/.well-known/jwks.json");

    // For one read: Users answers from memory.
    private static readonly TimeSpan ReadTimeout = TimeSpan.FromSeconds(2);

    // For a request that comes before the first read has succeeded; it may have to wait for another read first.
    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim _reading = new(1);
    private volatile OpenIdConnectConfiguration? _keys;
    private long _readAt;

    /// <summary>A token has an unknown key id, and the last read was long enough ago to read again.</summary>
    public event Action? RefreshRequested;

    public bool HasKeys => _keys is not null;

    /// <summary>Whether it is one of the keys of the last read; an equal one of an earlier read is not.</summary>
    public bool IsInUse(SecurityKey? key) => key is not null && _keys?.SigningKeys.Contains(key) == true;

    public void PostConfigure(string? name, JwtBearerOptions options) => options.ConfigurationManager = this;

    /// <exception cref="KeysUnknownException">Users has not been reached since this process started.</exception>
    public async Task<OpenIdConnectConfiguration> GetConfigurationAsync(CancellationToken cancel)
    {
        if (_keys is { } known)
            return known;

        try
        {
            using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            timeout.CancelAfter(RequestTimeout);
            return await ReadAsync(first: true, timeout.Token);
        }
#pragma warning disable CA1031 // A failure to read the keys says nothing about the token.
        catch (Exception exception) when (!cancel.IsCancellationRequested)
#pragma warning restore CA1031
        {
            throw new KeysUnknownException(exception);
        }
    }

    public void RequestRefresh()
    {
        if (clock.GetElapsedTime(Interlocked.Read(ref _readAt)) >= options.Value.UnknownKeyPause)
            RefreshRequested?.Invoke();
    }

    /// <param name="first">Whether keys that another caller has just read are good enough.</param>
    /// <param name="cancel">Cancels the read.</param>
    public async Task<OpenIdConnectConfiguration> ReadAsync(bool first, CancellationToken cancel)
    {
        await _reading.WaitAsync(cancel);
        try
        {
            if (first && _keys is { } known)
                return known;

            Interlocked.Exchange(ref _readAt, clock.GetTimestamp());
            using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            timeout.CancelAfter(ReadTimeout);
            using var client = clients.CreateClient(Client);
            var read = await client.GetFromJsonAsync<KeySet>(Address, Json.Events, timeout.Token);
            return _keys = Accept(read);
        }
        finally
        {
            _reading.Release();
        }
    }

    public void Dispose() => _reading.Dispose();

    // Other kinds of keys may be published for other purposes. If two different keys have one id, neither is used.
    private static OpenIdConnectConfiguration Accept(KeySet? set)
    {
        var configuration = new OpenIdConnectConfiguration();
        foreach (var keys in (set?.Keys ?? []).Where(key => key is not null).GroupBy(key => key.Kid))
        {
            if (keys.Key is { Length: > 0 } && keys.Distinct().ToArray() is [var only] && only.TryUse(out var key))
                configuration.SigningKeys.Add(key);
        }

        return configuration.SigningKeys.Count > 0
            ? configuration
            : throw new CryptographicException("Users publishes no key that we accept.");
    }

    private sealed record KeySet(IReadOnlyList<PublishedKey> Keys);

    private sealed record PublishedKey(
        string? Kty = null, string? Use = null, string? Alg = null,
        string? Kid = null, string? N = null, string? E = null)
    {
        private const int MinModulusBytes = 2048 / 8;
        private const string UsualExponent = "AQAB";

        public bool TryUse(out RsaSecurityKey key)
        {
            key = null!;
            if (this is not { Kty: "RSA", Use: "sig", Alg: SecurityAlgorithms.RsaSha256, N: { } n, E: UsualExponent }
                || !Base64Url.IsValid(n))
                return false;

            var modulus = Base64Url.DecodeFromChars(n).AsSpan().TrimStart((byte)0).ToArray();
            key = new(new RSAParameters { Modulus = modulus, Exponent = Base64Url.DecodeFromChars(E) }) { KeyId = Kid };
            return modulus.Length >= MinModulusBytes;
        }
    }
}

/// <summary>A token cannot be verified, because the keys of Users have not been read yet.</summary>
internal sealed class KeysUnknownException(Exception cause) : Exception("The keys of Users are not known yet.", cause);

/// <summary>Reads the keys of Users on a schedule, and out of turn after an unknown key id.</summary>
internal sealed class JwksRefreshWorker : BackgroundWorker
{
    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(500);

    private readonly JwksCache _keys;
    private readonly IOptionsMonitor<JwtBearerOptions> _verification;
    private readonly TimeProvider _clock;

    public JwksRefreshWorker(
        JwksCache keys, IOptions<TokenVerificationOptions> options,
        IOptionsMonitor<JwtBearerOptions> verification,
        TimeProvider clock, ILogger<JwksRefreshWorker> log)
        : base("Reading the keys of Users", options.Value.KeyRefresh, Task.CompletedTask, log)
    {
        (_keys, _verification, _clock) = (keys, verification, clock);
        keys.RefreshRequested += Wake;
    }

    protected override async Task<bool> WorkAsync(CancellationToken cancel)
    {
        // Users has the keys itself and does not read them over HTTP.
        if (_verification.Get(JwtBearerDefaults.AuthenticationScheme).ConfigurationManager != _keys)
            return false;

        try
        {
            await _keys.ReadAsync(first: false, cancel);
            return false;
        }
#pragma warning disable CA1031 // Services start in any order; Users not being up yet is not worth a log entry.
        catch (Exception) when (!_keys.HasKeys && !cancel.IsCancellationRequested)
#pragma warning restore CA1031
        {
            await Task.Delay(RetryDelay, _clock, cancel);
            return true;
        }
    }

    public override void Dispose()
    {
        _keys.RefreshRequested -= Wake;
        base.Dispose();
    }
}
