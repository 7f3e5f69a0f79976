using Microsoft.AspNetCore.Http.HttpResults;

namespace Shop.Users.Keys;

/// <summary>
/// An operator wants tokens signed by a new key. It is published now and signs when every verifier knows it; there is no
/// way to make it sign sooner, because that would refuse customers whose tokens are good. Asked again meanwhile, the
/// answer is the same key.
/// </summary>
internal static class RotateSigningKey
{
    public static async Task<Accepted<ListSigningKeys.Key>> Handle(
        UsersDb db, SigningKeyRotation rotation, SigningKeyRing ring, CancellationToken cancel)
    {
        var key = await rotation.RotateAsync(db, cancel);
        ring.ReadAgainSoon();
        return TypedResults.Accepted("/api/users/signing-keys", new ListSigningKeys.Key(key.Id, key.CreatedAt, key.ActiveFrom, key.RetiredAt));
    }
}
