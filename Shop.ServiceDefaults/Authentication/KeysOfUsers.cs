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
/// The public keys of Users as this process read them last. They are read on a schedule of their own, not when a token
/// asks for it, and stay in use for as long as Users is away: no valid token fails for want of a key, and nobody can
/// keep us from learning a new key by using up the one read out of turn that unknown key ids may cause.
/// </summary>
internal sealed class KeysOfUsers(
    IHttpClientFactory clients, IOptions<TokenVerificationOptions> options, TimeProvider clock)
    : IConfigurationManager<OpenIdConnectConfiguration>, IPostConfigureOptions<JwtBearerOptions>, IDisposable
{
    public const string Client = "users-keys";

    // Always this document of this service: an address that a token or another document names is never called.
    private static readonly Uri Address = new("https+http://users/.well-known/jwks.json");
    private static readonly TimeSpan PatienceWithUsers = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan PatienceOfRequests = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim _reading = new(1);
    private volatile OpenIdConnectConfiguration? _keys;
    private long _readAt;

    /// <summary>A token came with a key id that we don't know, and the last reading was some time ago.</summary>
    public event Action? Suspected;

    public bool AreKnown => _keys is not null;

    public void PostConfigure(string? name, JwtBearerOptions options) => options.ConfigurationManager = this;

    /// <exception cref="KeysUnknownException">Users has not been reached since this process started.</exception>
    public async Task<OpenIdConnectConfiguration> GetConfigurationAsync(CancellationToken cancel)
    {
        if (_keys is { } known)
            return known;

        try
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            patience.CancelAfter(PatienceOfRequests);
            return await ReadAsync(first: true, patience.Token);
        }
#pragma warning disable CA1031 // Whatever keeps us from the keys says nothing about the token.
        catch (Exception exception) when (!cancel.IsCancellationRequested)
#pragma warning restore CA1031
        {
            throw new KeysUnknownException(exception);
        }
    }

    public void RequestRefresh()
    {
        if (clock.GetElapsedTime(Interlocked.Read(ref _readAt)) >= options.Value.UnknownKeyPause)
            Suspected?.Invoke();
    }

    /// <param name="first">Whether somebody else's reading, done meanwhile, will do.</param>
    /// <param name="cancel">Ends the reading.</param>
    public async Task<OpenIdConnectConfiguration> ReadAsync(bool first, CancellationToken cancel)
    {
        await _reading.WaitAsync(cancel);
        try
        {
            if (first && _keys is { } known)
                return known;

            Interlocked.Exchange(ref _readAt, clock.GetTimestamp());
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            patience.CancelAfter(PatienceWithUsers);
            using var client = clients.CreateClient(Client);
            var read = await client.GetFromJsonAsync<KeySet>(Address, Json.Events, patience.Token);
            return _keys = Accept(read);
        }
        finally
        {
            _reading.Release();
        }
    }

    public void Dispose() => _reading.Dispose();

    // Keys of other kinds may be there for others. Two keys of one id are a riddle; neither is used.
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
        private const int LeastBytes = 2048 / 8;
        private const string UsualExponent = "AQAB";

        public bool TryUse(out RsaSecurityKey key)
        {
            key = null!;
            if (this is not { Kty: "RSA", Use: "sig", Alg: SecurityAlgorithms.RsaSha256, N: { } n, E: UsualExponent }
                || !Base64Url.IsValid(n))
                return false;

            var modulus = Base64Url.DecodeFromChars(n).AsSpan().TrimStart((byte)0).ToArray();
            key = new(new RSAParameters { Modulus = modulus, Exponent = Base64Url.DecodeFromChars(E) }) { KeyId = Kid };
            return modulus.Length >= LeastBytes;
        }
    }
}

/// <summary>Who somebody is can't be told, because the keys of Users are not there yet.</summary>
internal sealed class KeysUnknownException(Exception cause) : Exception("The keys of Users are not known yet.", cause);

/// <summary>Reads the keys of Users on schedule, or soon when an unknown key id turns up.</summary>
internal sealed class KeyRefresh : BackgroundWorker
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(500);

    private readonly KeysOfUsers _keys;
    private readonly IOptionsMonitor<JwtBearerOptions> _verification;
    private readonly TimeProvider _clock;

    public KeyRefresh(
        KeysOfUsers keys, IOptions<TokenVerificationOptions> options, IOptionsMonitor<JwtBearerOptions> verification,
        TimeProvider clock, ILogger<KeyRefresh> log)
        : base("Reading the keys of Users", options.Value.KeyRefresh, Task.CompletedTask, log)
    {
        (_keys, _verification, _clock) = (keys, verification, clock);
        keys.Suspected += Wake;
    }

    protected override async Task<bool> WorkAsync(CancellationToken cancel)
    {
        // A process that has the keys itself does not ask for them.
        if (_verification.Get(JwtBearerDefaults.AuthenticationScheme).ConfigurationManager != _keys)
            return false;

        try
        {
            await _keys.ReadAsync(first: false, cancel);
            return false;
        }
#pragma warning disable CA1031 // Services start in any order; that Users is not there yet is not worth a line.
        catch (Exception) when (!_keys.AreKnown && !cancel.IsCancellationRequested)
#pragma warning restore CA1031
        {
            await Task.Delay(FirstPause, _clock, cancel);
            return true;
        }
    }

    public override void Dispose()
    {
        _keys.Suspected -= Wake;
        base.Dispose();
    }
}
