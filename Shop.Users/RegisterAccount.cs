using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using Shop.Messaging;
using Shop.ServiceDefaults;

namespace Shop.Users;

/// <summary>Opens an account for a customer. Of two registrations of one address at the same time one wins.</summary>
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
                $"The e-mail address must look like name@example.com, in ASCII and with at most {EmailAddress.Longest} characters.")
            .Check(
                IsName(request.Name), "name",
                $"The name must have 1 to {Account.LongestName} characters, not all of them blank and none a control character.");
        PasswordRules.Check(validation, "password", request.Password, email, request.Name);
        if (validation.Failed)
            return validation.ToProblem();

        if (await db.Accounts.AnyAsync(account => account.Email == email, cancel))
            return Taken();

        string passwordHash;
        using (var turn = await passwords.TakeTurn(cancel))
        {
            if (turn is null)
                return Problem.TooManyRequests("Too many people are registering or signing in right now.", PasswordHashing.WhenBusy);

            passwordHash = passwords.Hash(request.Password);
        }

        var now = clock.GetUtcNow();
        var account = new Account
        {
            Id = Guid.CreateVersion7(now),
            Email = email,
            Name = request.Name,
            Role = Roles.Customer,
            RegisteredAt = now,
            PasswordHash = passwordHash,
        };
        db.Accounts.Add(account);
        db.Publish(new UserRegistered(account.Id, now));
        try
        {
            await db.SaveChangesAsync(cancel);
        }
        catch (DbUpdateException exception) when (IsTaken(exception))
        {
            return Taken();
        }

        metrics.Registered();
        log.Registered(account.Id);
        return TypedResults.Created("/api/users/me", new Response(account.Id, account.Email, account.Name));
    }

    private static ProblemHttpResult Taken() => Problem.Conflict("There is an account with this e-mail address already.");

    // The look beforehand spares the hashing; the unique index decides, for two may look at once.
    private static bool IsTaken(DbUpdateException exception) =>
        exception.InnerException is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation, ConstraintName: UsersDb.OneAccountPerEmail };

    private static bool IsName(string name) =>
        !string.IsNullOrWhiteSpace(name) && name.EnumerateRunes().Count() <= Account.LongestName && !name.Any(char.IsControl);
}
