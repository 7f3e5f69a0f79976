using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Shop.Users;

/// <summary>Counts registrations, sign-ins and refreshes by outcome, without user ids.</summary>
internal sealed class UsersMetrics : IDisposable
{
    public const string Name = "Shop.Users";

    private readonly Counter<long> _registrations;
    private readonly Counter<long> _signIns;
    private readonly Counter<long> _refreshes;
    private readonly ActivitySource _activities = new(Name);

    public UsersMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(Name);
        _registrations = meter.CreateCounter<long>("shop.users.registrations", "{account}", "Accounts opened.");
        _signIns = meter.CreateCounter<long>("shop.users.sign_ins", "{attempt}", "Attempts to sign in, by outcome.");
        _refreshes = meter.CreateCounter<long>(
            "shop.users.refreshes", "{attempt}", "Refresh tokens presented, by outcome.");
    }

    public void Registered() => _registrations.Add(1);

    public void SignIn(string outcome) => _signIns.Add(1, new KeyValuePair<string, object?>("outcome", outcome));

    public void Refresh(string outcome) => _refreshes.Add(1, new KeyValuePair<string, object?>("outcome", outcome));

    /// <summary>Covers the wait for a slot and the hashing, the two slow parts of a sign-in.</summary>
    public Activity? StartPasswordCheck() => _activities.StartActivity("check password");

    public void Dispose() => _activities.Dispose();
}
