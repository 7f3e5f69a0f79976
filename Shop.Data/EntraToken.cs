using Azure.Core;
using Azure.Identity;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace Shop.Data;

/// <summary>
/// Signs in to Postgres as the managed identity of the platform, with a token instead of a password: when
/// <c>AZURE_CLIENT_ID</c> names the identity and the connection string has no password.
/// </summary>
internal static class EntraToken
{
    // Azure's name for all of its open-source databases.
    private static readonly TokenRequestContext Request = new(["https://ossrdbms-aad.database.windows.net/.default"]);

    public static void AddEntraIdentity(this IHostApplicationBuilder builder)
    {
        // This identity and no other: DefaultAzureCredential would try whatever else is there, for seconds.
        if (builder.Configuration["AZURE_CLIENT_ID"] is { Length: > 0 } identity)
            builder.Services.TryAddSingleton<TokenCredential>(
                _ => new ManagedIdentityCredential(ManagedIdentityId.FromUserAssignedClientId(identity)));
    }

    public static void UseEntraToken(this NpgsqlDataSourceBuilder source, IServiceProvider services)
    {
        if (services.GetService<TokenCredential>() is not { } credential
            || !string.IsNullOrEmpty(source.ConnectionStringBuilder.Password))
            return;

        // Asked for each connection that is opened. The credential keeps a token until shortly before it expires; open
        // connections outlive theirs.
        source.UsePasswordProvider(
            _ => credential.GetToken(Request, CancellationToken.None).Token,
            async (_, cancel) => (await credential.GetTokenAsync(Request, cancel)).Token);
    }
}
