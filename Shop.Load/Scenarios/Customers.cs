using System.Diagnostics;
using System.Net.Http.Headers;

namespace Shop.Load;

/// <summary>Customers who have signed in, and do so again before their tokens end.</summary>
internal sealed class Customers(int count)
{
    private static readonly TimeSpan TokenUse = TimeSpan.FromMinutes(8);
    private static readonly TimeSpan LongestMeasurement = TimeSpan.FromMinutes(4);

    private string[] _emails = [];
    private AuthenticationHeaderValue[] _tokens = [];
    private long _signedIn;

    public async Task RegisterAsync(HttpClient client, CancellationToken cancel)
    {
        List<string> emails = [];
        // One after the other: Users turns away whom it would have to keep waiting for a password hash.
        while (emails.Count < count)
            emails.Add(await ShopApi.RegisterAsync(client, cancel));

        _emails = [.. emails];
        await SignInAsync(client, cancel);
    }

    /// <summary>Signs them in again if their tokens could end while something is measured that begins now.</summary>
    public Task RenewAsync(HttpClient client, CancellationToken cancel) =>
        Stopwatch.GetElapsedTime(Interlocked.Read(ref _signedIn)) > TokenUse - LongestMeasurement
            ? SignInAsync(client, cancel)
            : Task.CompletedTask;

    /// <summary>The token of one of them.</summary>
    public async ValueTask<AuthenticationHeaderValue> AnyAsync(HttpClient client, CancellationToken cancel)
    {
        if (Stopwatch.GetElapsedTime(Interlocked.Read(ref _signedIn)) > TokenUse)
            await SignInAsync(client, cancel);

        return Random.Shared.GetItems(_tokens, 1)[0];
    }

    private async Task SignInAsync(HttpClient client, CancellationToken cancel)
    {
        Interlocked.Exchange(ref _signedIn, Stopwatch.GetTimestamp());
        List<AuthenticationHeaderValue> tokens = [];
        foreach (var email in _emails)
            tokens.Add(await ShopApi.SignInAsync(client, email, cancel));

        _tokens = [.. tokens];
    }
}
