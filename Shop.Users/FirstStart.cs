using Microsoft.EntityFrameworkCore;
using Shop.Messaging;
using Shop.ServiceDefaults;
using Shop.Users.Keys;

namespace Shop.Users;

/// <summary>
/// Creates what the first request needs: a signing key and, in Development, the demo accounts. Runs at every start,
/// possibly on several replicas at once: each adds only what is missing.
/// </summary>
internal static class FirstStart
{
    private static readonly (string Email, string Name, string Role)[] DemoAccounts =
    [
        ("alice@shop.example", "Alice Example", Roles.Customer),
        ("operator@shop.example", "Olga Operator", Roles.Operator),
    ];

    public static async Task Prepare(UsersDb db, IServiceProvider services, CancellationToken cancel)
    {
        await services.GetRequiredService<SigningKeyRing>().CurrentAsync(cancel);
        if (services.GetRequiredService<IHostEnvironment>().IsDevelopment())
            await SeedDemoAccounts(db, services, cancel);
    }

    // An existing account is not changed, nor is its password.
    private static async Task SeedDemoAccounts(UsersDb db, IServiceProvider services, CancellationToken cancel)
    {
        if (services.GetRequiredService<IConfiguration>()["Users:Demo:Password"] is not { Length: > 0 } password)
            return;

        var now = services.GetRequiredService<TimeProvider>().GetUtcNow();
        foreach (var (email, name, role) in DemoAccounts)
        {
            if (await db.Accounts.AnyAsync(account => account.Email == email, cancel))
                continue;

            var account = new Account
            {
                Id = Guid.CreateVersion7(now),
                Email = email,
                Name = name,
                Role = role,
                RegisteredAt = now,
                PasswordHash = services.GetRequiredService<PasswordHashing>().Hash(password),
            };
            await using var transaction = await db.Database.BeginTransactionAsync(cancel);
            if (!await db.TryAddAsync(account, cancel))
                continue;

            db.Publish(new UserRegistered(account.Id, now));
            await db.SaveChangesAsync(cancel);
            await transaction.CommitAsync(cancel);
            services.GetRequiredService<ILogger<Account>>().DemoAccountSeeded(account.Id);
        }
    }
}
