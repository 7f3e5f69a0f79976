using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Shop.ServiceDefaults;

namespace Shop.Users.Addresses;

/// <summary>Adds an address to the caller's address book, which has a maximum size.</summary>
internal static class AddAddress
{
    public static async Task<Results<Created<AddressView>, ValidationProblem,
        ProblemHttpResult, ChallengeHttpResult>> Handle(
        AddressFields request, CurrentUser user, HttpContext http, UsersDb db, TimeProvider clock,
        CancellationToken cancel)
    {
        if (request.Check() is { Failed: true } wrong)
            return wrong.ToProblem();

        await using var transaction = await db.Database.BeginTransactionAsync(cancel);
        // Locks the account, so that two requests at once cannot exceed the maximum.
        if (await db.LockAccountAsync(user.Id, cancel) is null)
            return TypedResults.Challenge();

        if (await db.Addresses.CountAsync(known => known.AccountId == user.Id, cancel) >= Address.MostPerAccount)
            return Problem.Conflict(
                $"An address book has room for {Address.MostPerAccount} addresses. Remove one first.");

        var address = new Address { Id = Guid.CreateVersion7(clock.GetUtcNow()), AccountId = user.Id };
        address.Write(request);
        db.Addresses.Add(address);
        await db.SaveChangesAsync(cancel);
        await transaction.CommitAsync(cancel);
        VersionTag.Tag(http, address.Version);
        return TypedResults.Created($"/api/users/me/addresses/{address.Id}", AddressView.Of(address));
    }
}
