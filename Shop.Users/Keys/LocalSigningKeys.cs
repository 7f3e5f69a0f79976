using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;

namespace Shop.Users.Keys;

/// <summary>Lets Users verify tokens with its own keys, without an HTTP call to itself.</summary>
internal sealed class LocalSigningKeys(SigningKeyRing ring)
    : IPostConfigureOptions<JwtBearerOptions>, IConfigurationManager<OpenIdConnectConfiguration>
{
    public void PostConfigure(string? name, JwtBearerOptions options) => options.ConfigurationManager = this;

    public async Task<OpenIdConnectConfiguration> GetConfigurationAsync(CancellationToken cancel)
    {
        var keys = await ring.CurrentAsync(cancel);
        var configuration = new OpenIdConnectConfiguration();
        foreach (var key in keys.Published)
            configuration.SigningKeys.Add(key);

        return configuration;
    }

    public void RequestRefresh() => ring.RequestRefresh();
}
