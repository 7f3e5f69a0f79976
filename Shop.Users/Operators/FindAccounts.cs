using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Shop.ServiceDefaults;

namespace Shop.Users.Operators;

/// <summary>Accounts, the newest first. A search finds those whose address or name begins so, whatever its case.</summary>
internal static class FindAccounts
{
    private const int LongestSearch = 100;

    public static async Task<Results<Ok<Page<AccountView>>, ValidationProblem>> List(
        UsersDb db, CancellationToken cancel, string? search = null, Guid? after = null, int limit = 20)
    {
        var check = new Validation()
            .Check(limit is >= 1 and <= 100, "limit", "A page has 1 to 100 items.")
            .Check(search is not { Length: > LongestSearch }, "search", $"A search has at most {LongestSearch} characters.");
        if (check.Failed)
            return check.ToProblem();

        var accounts = db.Accounts.AsNoTracking();
        if (!string.IsNullOrWhiteSpace(search))
        {
            // EF escapes the wildcards of LIKE. Beginnings only, for those the indexes can find.
            var beginning = search.Trim().ToLowerInvariant();
#pragma warning disable CA1304, CA1311, CA1862 // Translated to SQL, where there is no culture; lower() is what the index is on.
            accounts = accounts.Where(account => account.Email.StartsWith(beginning) || account.Name.ToLower().StartsWith(beginning));
#pragma warning restore CA1304, CA1311, CA1862
        }

        if (after is { } last)
            accounts = accounts.Where(account => account.Id < last);

        var found = await accounts.OrderByDescending(account => account.Id).Take(limit + 1).ToListAsync(cancel);
        var next = found.Count > limit ? found[limit - 1].Id.ToString() : null;
        return TypedResults.Ok(new Page<AccountView>([.. found.Take(limit).Select(AccountView.Of)], next));
    }

    public static async Task<Results<Ok<AccountView>, ProblemHttpResult>> One(Guid id, UsersDb db, CancellationToken cancel) =>
        await db.Accounts.AsNoTracking().SingleOrDefaultAsync(known => known.Id == id, cancel) is { } account
            ? TypedResults.Ok(AccountView.Of(account))
            : Problem.NotFound("There is no such account.");
}
