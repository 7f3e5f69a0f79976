using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Shop.ServiceDefaults;

namespace Shop.Users.Addresses;

internal static class RemoveAddress
{
    public static async Task<Results<NoContent, ProblemHttpResult>> Handle(
        Guid id, CurrentUser user, UsersDb db, CancellationToken cancel) =>
        await db.Addresses.Where(address => address.Id == id && address.AccountId == user.Id)
            .ExecuteDeleteAsync(cancel) > 0
            ? TypedResults.NoContent()
            : Problem.NotFound("There is no such address.");
}
