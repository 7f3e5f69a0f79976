using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Shop.ServiceDefaults;

namespace Shop.Users.Addresses;

/// <summary>The caller's addresses. The addresses of others are answered with 404.</summary>
internal static class ReadAddresses
{
    /// <summary>All of them in one page, because their number is limited.</summary>
    public static async Task<Ok<Page<AddressView>>> List(CurrentUser user, UsersDb db, CancellationToken cancel)
    {
        var addresses = await db.Addresses.AsNoTracking()
            .Where(address => address.AccountId == user.Id)
            .OrderBy(address => address.Id)
            .Take(Address.MostPerAccount)
            .ToListAsync(cancel);
        return TypedResults.Ok(new Page<AddressView>([.. addresses.Select(AddressView.Of)], Next: null));
    }

    public static async Task<Results<Ok<AddressView>, StatusCodeHttpResult, ProblemHttpResult>> One(
        Guid id, CurrentUser user, HttpContext http, UsersDb db, CancellationToken cancel)
    {
        var address = await db.Addresses.AsNoTracking()
            .SingleOrDefaultAsync(known => known.Id == id && known.AccountId == user.Id, cancel);
        return address is null ? Problem.NotFound("There is no such address.")
            : VersionTag.Tag(http, address.Version) ? TypedResults.StatusCode(StatusCodes.Status304NotModified)
            : TypedResults.Ok(AddressView.Of(address));
    }
}
