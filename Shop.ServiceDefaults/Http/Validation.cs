using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Shop.ServiceDefaults;

/// <summary>Collects all errors of a request, so that the caller learns of them at once.</summary>
public sealed class Validation
{
    private readonly Dictionary<string, List<string>> _errors = [];

    /// <summary>Whether any check failed.</summary>
    public bool Failed => _errors.Count > 0;

    /// <summary>Adds an error unless <paramref name="ok"/>.</summary>
    /// <param name="ok">Whether the rule holds.</param>
    /// <param name="field">The field as the caller wrote it: <c>lines[0].quantity</c>.</param>
    /// <param name="message">A full sentence for the caller that says what is allowed.</param>
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
