using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Shop.ServiceDefaults;

namespace Shop.Users.Addresses;

/// <summary>Replaces an address in the caller's address book. Orders keep the address they were placed with.</summary>
internal static class ChangeAddress
{
    public static async Task<Results<Ok<AddressView>, ValidationProblem, ProblemHttpResult>> Handle(
        Guid id, AddressFields request, CurrentUser user, HttpContext http, UsersDb db, CancellationToken cancel)
    {
        if (request.Check() is { Failed: true } wrong)
            return wrong.ToProblem();

        var address = await db.Addresses.SingleOrDefaultAsync(
            known => known.Id == id && known.AccountId == user.Id, cancel);
        if (address is null)
            return Problem.NotFound("There is no such address.");

        if (VersionTag.Refuses(http.Request, address.Version) is { } refused)
            return refused;

        address.Write(request);
        try
        {
            await db.SaveChangesAsync(cancel);
        }
        catch (DbUpdateConcurrencyException)
        {
            return EntityTags.Changed();
        }

        VersionTag.Tag(http, address.Version);
        return TypedResults.Ok(AddressView.Of(address));
    }
}
