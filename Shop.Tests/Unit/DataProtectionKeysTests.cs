using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Shop.Users;
using Shop.Users.Keys;

namespace Shop.Tests.Unit;

/// <summary>
/// Data protection reads its keys from the database, and makes one kind of exception of whatever goes wrong.
/// </summary>
public class DataProtectionKeysTests
{
    [Fact]
    public void A_database_that_is_away_is_told_from_keys_that_can_never_be_decrypted()
    {
        var builder = WebApplication.CreateBuilder();
        // Nobody listens there.
        builder.Services.AddDbContext<UsersDb>(
            options => options.UseNpgsql("Host=127.0.0.1;Port=1").UseSnakeCaseNamingConvention());
        builder.Services.AddSingleton<KeyProtection>();
        using var services = builder.Services.BuildServiceProvider();
        var elsewhere = new EphemeralDataProtectionProvider().CreateProtector(SigningKey.Purpose);
        var key = SigningKey.Create(elsewhere, DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch);

        var away = Assert.Throws<CryptographicException>(
            () => key.Credentials(services.GetRequiredService<KeyProtection>().For(SigningKey.Purpose)));
        var foreign = Assert.Throws<CryptographicException>(
            () => key.Credentials(new EphemeralDataProtectionProvider().CreateProtector(SigningKey.Purpose)));

        Assert.True(KeyProtection.IsAway(away));
        Assert.False(KeyProtection.IsAway(foreign));
    }
}
