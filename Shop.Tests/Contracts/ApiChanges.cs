using System.Text.Json.Nodes;

namespace Shop.Tests.Contracts;

/// <summary>What of an API's new description would break a client that was written by the old one.</summary>
internal sealed class ApiChanges
{
    private readonly JsonNode _old;
    private readonly JsonNode _new;
    private readonly List<string> _breaking = [];

    private ApiChanges(JsonNode old, JsonNode @new) => (_old, _new) = (old, @new);

    public static IReadOnlyList<string> Breaking(JsonNode old, JsonNode @new)
    {
        var changes = new ApiChanges(old, @new);
        foreach (var (path, operations) in old["paths"]!.AsObject())
        {
            foreach (var (verb, operation) in operations!.AsObject())
                changes.Compare($"{verb.ToUpperInvariant()} {path}", operation!, @new["paths"]![path]?[verb]);
        }

        return changes._breaking;
    }

    private void Compare(string route, JsonNode old, JsonNode? now)
    {
        if (now is null)
        {
            _breaking.Add($"{route} is gone");
            return;
        }

        var known = Parameters(old).ToDictionary(Name);
        foreach (var parameter in Parameters(now))
        {
            if (IsRequired(parameter) && !(known.TryGetValue(Name(parameter), out var before) && IsRequired(before)))
                _breaking.Add($"{route} wants {Name(parameter)} now");
        }

        foreach (var gone in known.Keys.Except(Parameters(now).Select(Name)))
            _breaking.Add($"{route} does not take {gone} any more");

        if (old["security"] is null && now["security"] is not null)
            _breaking.Add($"{route} wants a token now");

        CompareRequests(route, Schema(old["requestBody"]), Schema(now["requestBody"]), []);
        foreach (var (status, response) in old["responses"]!.AsObject())
        {
            if (now["responses"]![status] is { } answer)
                CompareAnswers($"{route} {status}", Schema(response), Schema(answer), []);
            else
                _breaking.Add($"{route} does not answer {status} any more");
        }
    }

    /// <summary>A request may not have to say more, nor be forbidden to say what it said.</summary>
    private void CompareRequests(string place, JsonNode? old, JsonNode? now, HashSet<string> seen)
    {
        (old, now) = (Resolve(_old, old, seen), Resolve(_new, now, []));
        if (old is null || now is null)
            return;

        if (!Types(old).IsSubsetOf(Types(now)))
            _breaking.Add($"{place} takes {string.Join("/", Types(now))} instead of {string.Join("/", Types(old))}");

        foreach (var name in Required(now).Except(Required(old)))
            _breaking.Add($"{place} wants {name} now");

        foreach (var (name, schema) in Properties(old))
        {
            if (now["properties"]?[name] is { } property)
                CompareRequests($"{place}.{name}", schema, property, seen);
            else
                _breaking.Add($"{place} does not take {name} any more");
        }

        CompareRequests($"{place}[]", old["items"], now["items"], seen);
    }

    /// <summary>An answer may not leave out what it had, nor say it in another way.</summary>
    private void CompareAnswers(string place, JsonNode? old, JsonNode? now, HashSet<string> seen)
    {
        (old, now) = (Resolve(_old, old, seen), Resolve(_new, now, []));
        if (old is null || now is null)
            return;

        if (!Types(now).IsSubsetOf(Types(old)))
            _breaking.Add($"{place} is {string.Join("/", Types(now))} instead of {string.Join("/", Types(old))}");

        foreach (var (name, schema) in Properties(old))
        {
            if (now["properties"]?[name] is { } property)
                CompareAnswers($"{place}.{name}", schema, property, seen);
            else
                _breaking.Add($"{place} has no {name} any more");
        }

        CompareAnswers($"{place}[]", old["items"], now["items"], seen);
    }

    // A schema that contains itself is compared once.
    private static JsonNode? Resolve(JsonNode document, JsonNode? schema, HashSet<string> seen)
    {
        if (schema?["$ref"]?.ToString() is not { } reference)
            return schema;

        return seen.Count > 200 || !seen.Add($"{schema.GetPath()} {reference}")
            ? null
            : document["components"]!["schemas"]![reference.Split('/')[^1]];
    }

    private static JsonNode? Schema(JsonNode? body) =>
        body?["content"]?.AsObject().Select(content => content.Value?["schema"]).FirstOrDefault();

    private static IEnumerable<JsonNode> Parameters(JsonNode operation) =>
        operation["parameters"]?.AsArray().Select(parameter => parameter!) ?? [];

    private static string Name(JsonNode parameter) => $"{parameter["in"]} {parameter["name"]}";

    private static bool IsRequired(JsonNode parameter) => (bool?)parameter["required"] == true;

    private static IEnumerable<string> Required(JsonNode schema) =>
        schema["required"]?.AsArray().Select(name => $"{name}") ?? [];

    private static JsonObject Properties(JsonNode schema) => schema["properties"]?.AsObject() ?? [];

    private static HashSet<string> Types(JsonNode schema) => schema["type"] switch
    {
        JsonArray several => [.. several.Select(type => $"{type}")],
        { } one => [$"{one}"],
        null => [],
    };
}
