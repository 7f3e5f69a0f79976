using Shop.Messaging;

namespace Shop.Users;

/// <summary>An account was created. The event has no personal data: names and addresses stay in Users.</summary>
internal sealed record UserRegistered(Guid UserId, DateTimeOffset RegisteredAt) : IEvent
{
    public static string Type => "shop.users.user-registered.v1";

    Guid IEvent.Subject => UserId;
}

/// <summary>An account was deleted: every service that has personal data of its owner erases it.</summary>
internal sealed record UserDeleted(Guid UserId, DateTimeOffset DeletedAt) : IEvent
{
    public static string Type => "shop.users.user-deleted.v1";

    Guid IEvent.Subject => UserId;
}
