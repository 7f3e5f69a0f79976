using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Shop.ServiceDefaults;

/// <summary>Collects what is wrong with a request, so that the caller learns all of it at once.</summary>
public sealed class Validation
{
    private readonly Dictionary<string, List<string>> _errors = [];

    /// <summary>Whether any check failed.</summary>
    public bool Failed => _errors.Count > 0;

    /// <summary>Notes an error unless <paramref name="ok"/>.</summary>
    /// <param name="ok">Whether the rule holds.</param>
    /// <param name="field">The field as the caller wrote it: <c>lines[0].quantity</c>.</param>
    /// <param name="message">What would be right, as a full sentence for the caller.</param>
    public Validation Check(bool ok, string field, string message)
    {
        if (!ok)
        {
            if (!_errors.TryGetValue(field, out var messages))
                _errors[field] = messages = [];

            messages.Add(message);
        }

        return this;
    }

    /// <summary>The 400 answer that names every field (RFC 9457 with the member <c>errors</c>).</summary>
    public ValidationProblem ToProblem() => TypedResults.ValidationProblem(
        _errors.ToDictionary(error => error.Key, error => error.Value.ToArray()),
        detail: string.Join(' ', _errors.Values.SelectMany(messages => messages).Distinct().Take(5)),
        extensions: Problem.Trace());
}
