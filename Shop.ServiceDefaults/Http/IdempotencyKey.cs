using Microsoft.AspNetCore.Http;

namespace Shop.ServiceDefaults;

/// <summary>
/// The key that makes an unsafe request safe to repeat: header <c>Idempotency-Key</c>, plain or quoted.
/// </summary>
/// <remarks>
/// Rules: draft-ietf-httpapi-idempotency-key-header. A request without a well-formed key is a 400 before the handler
/// runs.
/// </remarks>
public sealed class IdempotencyKey
{
    private IdempotencyKey(string value) => Value = value;

    /// <summary>The key without quotes: 1 to 255 visible ASCII characters.</summary>
    public string Value { get; }

    /// <summary>Reads the key of a request; minimal APIs call this for a parameter of this type.</summary>
    public static ValueTask<IdempotencyKey> BindAsync(HttpContext context)
    {
        if (context.Request.Headers["Idempotency-Key"] is not [{ Length: > 0 } text])
        {
            throw new CallerErrorException(
                "Send exactly one header Idempotency-Key, so that a repeated request is carried out once.");
        }

        var key = text is ['"', .. var inner, '"'] ? inner : text;
        return key.Length is > 0 and <= 255 && key.All(c => c is > ' ' and <= '~' and not '"' and not '\\')
            ? new(new IdempotencyKey(key))
            : throw new CallerErrorException(
                "An Idempotency-Key has 1 to 255 visible ASCII characters without quotes or backslashes inside.");
    }
}
