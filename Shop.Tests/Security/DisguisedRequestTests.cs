namespace Shop.Tests.Security;

/// <summary>What is for operators stays so however the request is written.</summary>
[Collection(nameof(AttackedShop))]
public class DisguisedRequestTests(AttackedShop shop)
{
    private static readonly Func<string, string>[] Spellings =
    [
        path => path,
        path => $"{path}/",
        path => $"{path}//",
        path => $"/{path}",
        path => path.Replace("/api/", "/api//", StringComparison.Ordinal),
        path => path.ToUpperInvariant(),
        path => $"{path};x=1",
        path => path.Replace("/api/", "/api;x/", StringComparison.Ordinal),
        path => path.Replace("/api/", "/api/%2e/", StringComparison.Ordinal),
        path => path.Replace("/api/", "/api/products/..%2f", StringComparison.Ordinal),
        path => path.Replace("/api/", "/api/products/%2e%2e/", StringComparison.Ordinal),
        path => path.Replace("/api/", "/api/products/../", StringComparison.Ordinal),
        path => path.Replace("/api/", "/x/..;/api/", StringComparison.Ordinal),
        path => path.Replace("/api/", "/%61pi/", StringComparison.Ordinal),
        path => path.Replace("/api/", "/\\api\\", StringComparison.Ordinal),
        path => path.Replace("/api/", "/%2fapi%2f", StringComparison.Ordinal),
        path => $"{path}%00",
        path => $"{path}.json",
        path => $"{path}?role=operator&isOperator=true",
        path => $"{path}%3frole=operator",
        path => $"{path}%23",
    ];

    private static readonly (string Name, string Value)[][] Claims =
    [
        [],
        [("X-HTTP-Method-Override", "GET"), ("X-HTTP-Method", "GET"), ("X-Method-Override", "GET")],
        [
            ("X-Original-URL", "/api/products"), ("X-Rewrite-URL", "/api/products"),
            ("X-Forwarded-Prefix", "/api/products"),
        ],
        [
            ("X-User-Id", Guid.Empty.ToString()), ("X-User-Role", "operator"), ("X-Role", "operator"),
            ("X_User_Role", "operator"),
        ],
        [
            ("X-Forwarded-For", "127.0.0.1"), ("X-Real-IP", "127.0.0.1"), ("Forwarded", "for=127.0.0.1;proto=https"),
            ("X-Internal", "true"),
        ],
    ];

    [Theory, Trait("Checklist", "B4")]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_disguised_request_opens_no_operator_route(bool throughTheGateway)
    {
        var targets = await shop.TargetsAsync();
        var operators = AuthorizationRules.All.Where(line => line.Rule == Rule.Operator).ToArray();
        var attacks = (from line in operators
                       from spelling in Spellings
                       select (line.Service, line.Route, Spelling: spelling, Headers: Claims[0]))
            .Concat(
                from line in operators
                from claim in Claims[1..]
                select (line.Service, line.Route, Spelling: Spellings[0], Headers: claim));

        await AttackRunner.RunAsync([.. attacks], async attack =>
        {
            var verb = attack.Route.Split(' ')[0];
            var path = attack.Spelling(targets.PathOf(attack.Route));
            using var body = verb is "GET" or "DELETE" ? null : Attacker.Json("{}");
            var answer = await shop.Attacker.SendAsync(
                shop.At(throughTheGateway ? "gateway" : attack.Service, path),
                verb,
                targets.Stranger,
                body,
                [.. attack.Headers, ("Idempotency-Key", "disguise")]);
            return (int)answer.Status is 400 or 403 or 404 or 405 ? null : $"{answer}";
        });
    }

    [Fact, Trait("Checklist", "B8")]
    public async Task A_disguised_request_reaches_nothing_behind_the_gateway()
    {
        string[] inner = ["/health/ready", "/health/live", "/openapi/v1.json", "/metrics", "/dashboard", "/internal"];
        var attacks = from path in inner
                      from service in AttackedShop.Services[1..]
                      from prefix in (string[])[
                          $"/{service}", $"/api/{service}", $"/api/{service}/..", $"/api/{service}/%2e%2e",
                          $"/.well-known/..", "/api",
                      ]
                      select $"{prefix}{path}";

        await AttackRunner.RunAsync([.. attacks.Distinct()], async path =>
        {
            var answer = await shop.Attacker.SendAsync(shop.At("gateway", path), "GET");
            // Dot segments are resolved before any route is looked for: what then is left is the gateway's own.
            var answered = answer.Body.Contains("\"paths\"", StringComparison.Ordinal)
                && answer.Body.Contains("dead-letters", StringComparison.Ordinal);
            return answered
                || (answer.IsSuccess
                    && !path.Contains("..", StringComparison.Ordinal)
                    && !path.Contains("%2e", StringComparison.Ordinal))
                ? $"{answer}"
                : null;
        });
    }
}
