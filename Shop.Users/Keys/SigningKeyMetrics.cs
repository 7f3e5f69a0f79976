using System.Diagnostics.Metrics;

namespace Shop.Users.Keys;

/// <summary>Counts the created signing keys by cause.</summary>
internal sealed class SigningKeyMetrics(IMeterFactory meters)
{
    private readonly Counter<long> _created =
        meters.Create(UsersMetrics.Name)
            .CreateCounter<long>("shop.users.signing_keys.created", "{key}", "Signing keys made, by cause.");

    public void Created(string cause) => _created.Add(1, new KeyValuePair<string, object?>("cause", cause));
}
