using Microsoft.AspNetCore.Http.HttpResults;
using Shop.Messaging;
using Shop.ServiceDefaults;

namespace Shop.Users;

/// <summary>
/// Creates a customer account. An address that already has one gets the same answer after the same work, with a random
/// id, so that registering does not reveal who is a customer. Of two requests at the same time one wins.
/// </summary>
internal static class RegisterAccount
{
    public sealed record Request(string Email, string Password, string Name);
    public sealed record Response(Guid Id, string Email, string Name);

    public static async Task<Results<Created<Response>, ValidationProblem, ProblemHttpResult>> Handle(
        Request request, UsersDb db, PasswordHashing passwords, UsersMetrics metrics, TimeProvider clock,
        ILogger<Account> log, CancellationToken cancel)
    {
        var validation = new Validation()
            .Check(
                EmailAddress.TryNormalize(request.Email, out var email), "email",
                "The e-mail address must look like name@example.com, "
                    + $"in ASCII and with at most {EmailAddress.Longest} characters.");
        var name = AccountName.Check(validation, "name", request.Name);
        PasswordRules.Check(validation, "password", request.Password, email, name);
        if (validation.Failed)
            return validation.ToProblem();

        string passwordHash;
        using (var slot = await passwords.AcquireSlotAsync(cancel))
        {
            if (slot is null)
                return Reauthentication.Busy();

            passwordHash = passwords.Hash(request.Password);
        }

        var now = clock.GetUtcNow();
        var account = new Account
        {
            Id = Guid.CreateVersion7(now),
            Email = email,
            Name = name,
            Role = Roles.Customer,
            RegisteredAt = now,
            PasswordHash = passwordHash,
        };
        await using var transaction = await db.Database.BeginTransactionAsync(cancel);
        // If the address is taken, nothing is stored. A unique violation would make PostgreSQL log the address.
        if (await db.TryAddAsync(account, cancel))
        {
            db.Publish(new UserRegistered(account.Id, now));
            await db.SaveChangesAsync(cancel);
            await transaction.CommitAsync(cancel);
            metrics.Registered();
            log.Registered(account.Id);
        }

        return TypedResults.Created((string?)null, new Response(account.Id, account.Email, account.Name));
    }
}
