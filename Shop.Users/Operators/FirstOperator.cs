using Microsoft.EntityFrameworkCore;
using Shop.ServiceDefaults;

namespace Shop.Users.Operators;

/// <summary>
/// <c>first-operator ada@shop.example</c>: makes an account that has registered like any other an operator, while there
/// is none who could. So there is neither an account nor a password that comes with the shop.
/// </summary>
internal sealed class FirstOperator : IServiceCommand
{
    public string Name => "first-operator";

    public string Usage => "<e-mail address of a registered account>";

    public async Task RunAsync(
        IServiceProvider services, string[] arguments, TextWriter output, CancellationToken cancel)
    {
        if (arguments is not [var given] || !EmailAddress.TryNormalize(given, out var email))
            throw new ArgumentException($"Wrong arguments: {string.Join(' ', arguments)}");

        var db = services.GetRequiredService<UsersDb>();
        await using var transaction = await db.Database.BeginTransactionAsync(cancel);
        await LastOperatorGuard.LockAsync(db, cancel);
        var known = await db.Accounts.AsNoTracking().SingleOrDefaultAsync(one => one.Email == email, cancel)
            ?? throw new ServiceCommandException($"Nobody has registered as {email} yet.");
        var account = (await db.LockAccountAsync(known.Id, cancel))!;
        if (account.LockedAt is not null)
            throw new ServiceCommandException($"{email} is locked.");

        // Whoever repeats this because it was stopped finds it done.
        if (account.Role != Roles.Operator)
        {
            if (await db.Accounts.AnyAsync(
                other => other.Role == Roles.Operator && other.LockedAt == null, cancel))
                throw new ServiceCommandException("There is an operator already, who can appoint others.");

            account.Appoint(Roles.Operator);
            await db.SaveChangesAsync(cancel);
            await db.EndSessionsAsync(account.Id, services.GetRequiredService<TimeProvider>().GetUtcNow(), cancel);
            await transaction.CommitAsync(cancel);
        }

        await output.WriteLineAsync($"{email} is an operator, from the next sign-in on.");
    }
}
