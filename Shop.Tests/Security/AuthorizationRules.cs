namespace Shop.Tests.Security;

/// <summary>
/// What a route gives to whom. Whoever adds a route adds its line to <see cref="AuthorizationRules"/>.
/// </summary>
internal enum Rule
{
    /// <summary>Everybody; a token that is not valid is ignored.</summary>
    Public,

    /// <summary>Everybody, but a token that is not valid is refused.</summary>
    PublicWithoutBadToken,

    /// <summary>Everybody who is signed in, about what is theirs: no id in the path is anybody's.</summary>
    SignedIn,

    /// <summary>Its owner. For all others it is not there.</summary>
    Owner,

    /// <summary>Its owner, and operators.</summary>
    OwnerOrOperator,

    Operator,
}

internal enum Caller
{
    Anonymous,
    Expired,
    Garbage,
    DeletedUser,
    Stranger,
    Operator,
    Owner,
}

/// <summary>Every route of every service, and who may use it.</summary>
internal static class AuthorizationRules
{
    public static readonly (string Service, string Route, Rule Rule)[] All =
    [
        ("users", "POST /api/users", Rule.Public),
        ("users", "POST /api/users/session", Rule.Public),
        ("users", "POST /api/users/session/refresh", Rule.Public),
        ("users", "DELETE /api/users/session", Rule.Public),
        ("users", "GET /api/users/me", Rule.SignedIn),
        ("users", "PATCH /api/users/me", Rule.SignedIn),
        ("users", "DELETE /api/users/me", Rule.SignedIn),
        ("users", "PUT /api/users/me/password", Rule.SignedIn),
        ("users", "GET /api/users/me/addresses", Rule.SignedIn),
        ("users", "POST /api/users/me/addresses", Rule.SignedIn),
        ("users", "GET /api/users/me/addresses/{id}", Rule.Owner),
        ("users", "PUT /api/users/me/addresses/{id}", Rule.Owner),
        ("users", "DELETE /api/users/me/addresses/{id}", Rule.Owner),
        ("users", "GET /api/users", Rule.Operator),
        ("users", "GET /api/users/{id}", Rule.Operator),
        ("users", "POST /api/users/{id}/lock", Rule.Operator),
        ("users", "POST /api/users/{id}/unlock", Rule.Operator),
        ("users", "PUT /api/users/{id}/role", Rule.Operator),
        ("users", "GET /api/users/signing-keys", Rule.Operator),
        ("users", "POST /api/users/signing-keys/rotation", Rule.Operator),
        ("users", "GET /.well-known/openid-configuration", Rule.Public),
        ("users", "GET /.well-known/jwks.json", Rule.Public),

        ("orders", "GET /api/products", Rule.Public),
        ("orders", "GET /api/products/{id}", Rule.Public),
        ("orders", "POST /api/products", Rule.Operator),
        ("orders", "PUT /api/products/{id}", Rule.Operator),
        ("orders", "DELETE /api/products/{id}", Rule.Operator),
        ("orders", "GET /api/products/{id}/stock", Rule.Operator),
        ("orders", "POST /api/products/{id}/stock", Rule.Operator),
        ("orders", "GET /api/cart", Rule.PublicWithoutBadToken),
        ("orders", "PUT /api/cart", Rule.PublicWithoutBadToken),
        ("orders", "DELETE /api/cart", Rule.PublicWithoutBadToken),
        ("orders", "POST /api/orders", Rule.SignedIn),
        ("orders", "GET /api/orders", Rule.SignedIn),
        ("orders", "GET /api/orders/{id}", Rule.OwnerOrOperator),
        ("orders", "GET /api/orders/live", Rule.SignedIn),
        ("orders", "GET /api/orders/{id}/live", Rule.Owner),
        ("orders", "POST /api/orders/{id}/cancel", Rule.Owner),
        ("orders", "GET /api/orders/waiting", Rule.Operator),
        ("orders", "GET /api/orders/statistics", Rule.Operator),
        ("orders", "GET /api/orders/{id}/process", Rule.Operator),
        ("orders", "GET /api/orders/dead-letters", Rule.Operator),
        ("orders", "POST /api/orders/dead-letters/{id}/replay", Rule.Operator),
        ("orders", "DELETE /api/orders/dead-letters/{id}", Rule.Operator),
        ("orders", "GET /api/orders/events/{subject}", Rule.Operator),
        ("orders", "GET /api/orders/handled-events", Rule.Operator),

        ("payments", "GET /api/payments/{orderId}", Rule.OwnerOrOperator),
        ("payments", "POST /api/payments/{orderId}/refunds", Rule.Operator),
        ("payments", "GET /api/payments/{orderId}/refunds", Rule.Operator),
        ("payments", "GET /api/payments/{orderId}/ledger", Rule.Operator),
        ("payments", "POST /api/payments/reconciliations", Rule.Operator),
        ("payments", "GET /api/payments/reconciliations", Rule.Operator),
        ("payments", "GET /api/payments/reconciliations/{id}", Rule.Operator),
        ("payments", "GET /api/payments/dead-letters", Rule.Operator),
        ("payments", "POST /api/payments/dead-letters/{id}/replay", Rule.Operator),
        ("payments", "DELETE /api/payments/dead-letters/{id}", Rule.Operator),
        ("payments", "GET /api/payments/events/{subject}", Rule.Operator),
        ("payments", "GET /api/payments/handled-events", Rule.Operator),

        ("shipping", "GET /api/shipping/rates", Rule.Public),
        ("shipping", "POST /api/shipping/quotes", Rule.Public),
        ("shipping", "GET /api/shipping/shipments/{orderId}", Rule.OwnerOrOperator),
        ("shipping", "POST /api/shipping/shipments/{orderId}/hold", Rule.Operator),
        ("shipping", "POST /api/shipping/shipments/{orderId}/release", Rule.Operator),
        ("shipping", "POST /api/shipping/shipments/{orderId}/dispatch", Rule.Operator),
        ("shipping", "GET /api/shipping/dead-letters", Rule.Operator),
        ("shipping", "POST /api/shipping/dead-letters/{id}/replay", Rule.Operator),
        ("shipping", "DELETE /api/shipping/dead-letters/{id}", Rule.Operator),
        ("shipping", "GET /api/shipping/events/{subject}", Rule.Operator),
        ("shipping", "GET /api/shipping/handled-events", Rule.Operator),

        ("gateway", "GET /api/orders/{id}/overview", Rule.OwnerOrOperator),
        ("gateway", "GET /api/traces", Rule.Operator),
    ];

    /// <summary>What is wrong with an answer's status by a rule; null when nothing is.</summary>
    /// <remarks>
    /// The token of a deleted user is as good as a stranger's until it expires, or is refused at once. Whether a
    /// request that may pass succeeds is another question: most of them here have an empty body.
    /// </remarks>
    public static bool Allows(this Rule rule, Caller caller, int status) => (rule, caller) switch
    {
        (_, Caller.DeletedUser) when status == 401 => rule != Rule.Public,
        (_, Caller.DeletedUser) =>
            rule == Rule.SignedIn ? Passes(status) || status == 404 : rule.Allows(Caller.Stranger, status),
        (Rule.Public, _) => Passes(status),
        (Rule.PublicWithoutBadToken, Caller.Expired or Caller.Garbage) => status == 401,
        (Rule.PublicWithoutBadToken, _) => Passes(status),
        (_, Caller.Anonymous or Caller.Expired or Caller.Garbage) => status == 401,
        (Rule.SignedIn, _) => Passes(status),
        (Rule.Operator, Caller.Operator) => Passes(status),
        (Rule.Operator, _) => status == 403,
        (Rule.OwnerOrOperator, Caller.Operator) or (Rule.Owner or Rule.OwnerOrOperator, Caller.Owner) =>
            Passes(status) && status != 404,
        (Rule.Owner or Rule.OwnerOrOperator, _) => status == 404,
        _ => false,
    };

    private static bool Passes(int status) => status is not (401 or 403) and < 500;
}
