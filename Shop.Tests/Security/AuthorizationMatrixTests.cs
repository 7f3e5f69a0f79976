using System.Net;

namespace Shop.Tests.Security;

/// <summary>
/// Every route that a service says it has, with every verb, by everybody: at the gateway and at the service's own port.
/// </summary>
[Collection(nameof(AttackedShop))]
public class AuthorizationMatrixTests(AttackedShop shop)
{
    private static readonly string[] Verbs = ["get", "post", "put", "patch", "delete", "head", "options", "trace"];

    [Fact, Trait("Checklist", "B9")]
    public async Task Every_route_has_a_rule_and_every_rule_a_route()
    {
        var documented = new List<(string Service, string Route)>();
        foreach (var service in AttackedShop.Services)
            documented.AddRange(await RoutesOfAsync(service));

        // The gateway may tell of what the services do; they themselves say who does it.
        var known = AuthorizationRules.All.Select(line => line.Route).ToHashSet();
        var withoutRule = documented.Where(route => route.Service == "gateway"
            ? !known.Contains(route.Route)
            : !AuthorizationRules.All.Any(line => (line.Service, line.Route) == route)).ToArray();
        var withoutRoute = AuthorizationRules.All.Select(line => (line.Service, line.Route))
            .Except(documented)
            .ToArray();

        Assert.True(
            withoutRule is [], $"Routes without a rule in AuthorizationRules: {string.Join("; ", withoutRule)}");
        Assert.True(withoutRoute is [], $"Rules without a route: {string.Join("; ", withoutRoute)}");
    }

    [Theory, Trait("Checklist", "B1"), Trait("Checklist", "B4"), Trait("Checklist", "B5"), Trait("Checklist", "B8")]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Every_caller_gets_what_the_rule_allows_and_nothing_else(bool throughTheGateway)
    {
        // People of its own: some of these requests end sessions.
        var targets = await Targets.PrepareAsync(shop);
        var tokens = new Dictionary<Caller, string?>
        {
            [Caller.Anonymous] = null,
            [Caller.Expired] = await AuthorizationTokens.ExpiredAsync(shop, targets.Owner),
            [Caller.Garbage] = AuthorizationTokens.Garbage(targets.Owner),
            [Caller.DeletedUser] = await Targets.DeletedUserAsync(shop),
            [Caller.Stranger] = targets.Stranger,
            [Caller.Operator] = targets.Operator,
            [Caller.Owner] = targets.Owner,
        };
        // What ends something comes last, and there the owner, since it may be the account itself.
        var cells = from line in AuthorizationRules.All
                    where throughTheGateway || line.Service != "gateway"
                    from caller in Enum.GetValues<Caller>()
                    orderby line.Route.StartsWith("DELETE", StringComparison.Ordinal), caller
                    select (line.Service, line.Route, line.Rule, Caller: caller);

        var complaints = new List<string>();
        foreach (var cell in cells)
        {
            var (verb, path) = (cell.Route.Split(' ')[0], Concrete(cell.Route, targets, cell.Rule));
            // An empty body changes nothing; where the handler says whose it is, it has to be a good one.
            var example = InputEndpoints.All.FirstOrDefault(endpoint => endpoint.Route == cell.Route)?.Example;
            using var body = example is null ? null
                : Attacker.Json(
                    cell.Rule is Rule.PublicWithoutBadToken or Rule.Owner or Rule.OwnerOrOperator
                        ? InputEndpoints.Fill(example, targets)
                        : "{}");
            var answer = await shop.Attacker.SendAsync(
                shop.At(throughTheGateway ? "gateway" : cell.Service, path),
                verb,
                tokens[cell.Caller],
                body,
                ("Idempotency-Key", "matrix"),
                ("If-Match", "*"));
            if (!cell.Rule.Allows(cell.Caller, (int)answer.Status))
                complaints.Add($"{cell.Caller} ({cell.Rule}): {answer}");
            else if (answer.Complaint() is { } complaint)
                complaints.Add($"{cell.Caller}: {complaint}");
        }

        Assert.True(complaints is [], $"{complaints.Count} cells:\n{string.Join('\n', complaints.Take(20))}");
    }

    [Fact, Trait("Checklist", "B4")]
    public async Task Methods_that_are_not_documented_are_refused()
    {
        var targets = await shop.TargetsAsync();
        var undocumented = from paths in AuthorizationRules.All.GroupBy(
            line => (line.Service, Path: line.Route.Split(' ')[1]))
                           let known = paths.Select(line => line.Route.Split(' ')[0]).ToHashSet()
                           from verb in Verbs.Select(verb => verb.ToUpperInvariant())
                               // HEAD is GET everywhere, and the gateway tells anybody the methods of a path.
                           where !known.Contains(verb)
                               && verb is not "HEAD"
                               && (verb, paths.Key.Service) is not ("OPTIONS", "gateway")
                           select (paths.Key.Service, paths.Key.Path, Verb: verb);

        await AttackRunner.RunAsync([.. undocumented], async wrong =>
        {
            var path = Concrete($"{wrong.Verb} {wrong.Path}", targets, Rule.Operator);
            var answer = await shop.Attacker.SendAsync(shop.At(wrong.Service, path), wrong.Verb, targets.Operator);
            return answer.Status is HttpStatusCode.MethodNotAllowed or HttpStatusCode.NotFound
                ? answer.Complaint()
                : $"{answer}";
        });
    }

    private async Task<IEnumerable<(string Service, string Route)>> RoutesOfAsync(string service)
    {
        var answer = await shop.Attacker.SendAsync(shop.At(service, "/openapi/v1.json"), "GET");
        Assert.True(answer.IsSuccess, $"{answer}");
        return from path in answer.Json["paths"]!.AsObject()
               from operation in path.Value!.AsObject()
               where Verbs.Contains(operation.Key)
               select (
                   service,
                   $"{operation.Key.ToUpperInvariant()} {(path.Key.Length > 1 ? path.Key.TrimEnd('/') : path.Key)}");
    }

    /// <summary>
    /// What is the owner's where there is an owner. Operators would change it, so theirs is an id that nothing has.
    /// </summary>
    private static string Concrete(string route, Targets targets, Rule rule) =>
        rule is Rule.Owner or Rule.OwnerOrOperator
            ? targets.PathOf(route)
            : string.Join(
                '/',
                route.Split(' ')[1]
                    .Split('/')
                    .Select(part => part.StartsWith('{') ? $"{Guid.CreateVersion7()}" : part));
}
