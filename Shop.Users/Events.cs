using Shop.Messaging;

namespace Shop.Users;

/// <summary>Somebody opened an account. Names and addresses stay in Users.</summary>
internal sealed record UserRegistered(Guid UserId, DateTimeOffset RegisteredAt) : IEvent
{
    public static string Type => "shop.users.user-registered.v1";

    Guid IEvent.Subject => UserId;
}
