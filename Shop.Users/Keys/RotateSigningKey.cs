using Microsoft.AspNetCore.Http.HttpResults;

namespace Shop.Users.Keys;

/// <summary>
/// Lets an operator rotate the signing key. The new key is published now and signs once every verifier knows it;
/// signing sooner would make verifiers refuse valid tokens. Until then, another request returns the same key.
/// </summary>
internal static class RotateSigningKey
{
    public static async Task<Accepted<ListSigningKeys.Key>> Handle(
        UsersDb db, SigningKeyRotation rotation, SigningKeyRing ring, CancellationToken cancel)
    {
        var key = await rotation.RotateAsync(db, cancel);
        ring.Invalidate();
        return TypedResults.Accepted(
            "/api/users/signing-keys", new ListSigningKeys.Key(key.Id, key.CreatedAt, key.ActiveFrom, key.RetiredAt));
    }
}
