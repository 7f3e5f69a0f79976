using Shop.Messaging;

namespace Shop.Users;

/// <summary>Somebody opened an account. Names and addresses stay in Users.</summary>
internal sealed record UserRegistered(Guid UserId, DateTimeOffset RegisteredAt) : IEvent
{
    public static string Type => "shop.users.user-registered.v1";

    Guid IEvent.Subject => UserId;
}

/// <summary>An account is gone: whoever keeps something personal of its owner forgets it.</summary>
internal sealed record UserDeleted(Guid UserId, DateTimeOffset DeletedAt) : IEvent
{
    public static string Type => "shop.users.user-deleted.v1";

    Guid IEvent.Subject => UserId;
}
