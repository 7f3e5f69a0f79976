using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Shop.ServiceDefaults;

namespace Shop.Users.Operators;

/// <summary>Accounts, the newest first. A search matches the prefix of address or name, ignoring case.</summary>
internal static class FindAccounts
{
    private const int MaxSearchLength = 100;

    public static async Task<Results<Ok<Page<AccountView>>, ValidationProblem>> List(
        UsersDb db, CancellationToken cancel, string? search = null, Guid? after = null, int limit = 20)
    {
        var check = new Validation()
            .Check(limit is >= 1 and <= 100, "limit", "A page has 1 to 100 items.")
            .Check(
                search is not { Length: > MaxSearchLength },
                "search",
                $"A search has at most {MaxSearchLength} characters.");
        if (check.Failed)
            return check.ToProblem();

        var accounts = db.Accounts.AsNoTracking();
        if (!string.IsNullOrWhiteSpace(search))
        {
            // EF escapes the wildcards of LIKE. Only prefixes, because the indexes can find those.
            var prefix = search.Trim().ToLowerInvariant();
#pragma warning disable CA1304, CA1311, CA1862 // Translated to SQL, which has no culture; the index is on lower().
            accounts = accounts.Where(
                account => account.Email.StartsWith(prefix) || account.Name.ToLower().StartsWith(prefix));
#pragma warning restore CA1304, CA1311, CA1862
        }

        if (after is { } last)
            accounts = accounts.Where(account => account.Id < last);

        var found = await accounts.OrderByDescending(account => account.Id).Take(limit + 1).ToListAsync(cancel);
        var next = found.Count > limit ? found[limit - 1].Id.ToString() : null;
        return TypedResults.Ok(new Page<AccountView>([.. found.Take(limit).Select(AccountView.Of)], next));
    }

    public static async Task<Results<Ok<AccountView>, ProblemHttpResult>> One(
        Guid id, UsersDb db, CancellationToken cancel) =>
        await db.Accounts.AsNoTracking().SingleOrDefaultAsync(known => known.Id == id, cancel) is { } account
            ? TypedResults.Ok(AccountView.Of(account))
            : Problem.NotFound("There is no such account.");
}
