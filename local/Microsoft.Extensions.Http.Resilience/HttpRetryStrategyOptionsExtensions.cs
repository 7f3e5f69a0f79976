using Microsoft.Extensions.Http.Resilience.Internal;

namespace Microsoft.Extensions.Http.Resilience;

/// <summary>Keeps retries away from requests that must not be repeated.</summary>
public static class HttpRetryStrategyOptionsExtensions
{
    /// <summary>No second try for DELETE, POST, PUT, CONNECT and PATCH, which may change something.</summary>
    /// <param name="options">The options to change.</param>
    public static void DisableForUnsafeHttpMethods(this HttpRetryStrategyOptions options) =>
        options.DisableFor(HttpMethod.Delete, HttpMethod.Post, HttpMethod.Put, HttpMethod.Connect, HttpMethod.Patch);

    /// <summary>No second try for some methods.</summary>
    /// <param name="options">The options to change.</param>
    /// <param name="methods">The methods of the requests that are sent once.</param>
    /// <exception cref="ArgumentException">There is no method.</exception>
    public static void DisableFor(this HttpRetryStrategyOptions options, params HttpMethod[] methods)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(methods);
        if (methods.Length == 0)
            throw new ArgumentException("At least one method is needed.", nameof(methods));

        var decide = options.ShouldHandle;
        options.ShouldHandle = async arguments =>
        {
            if (!await decide(arguments))
                return false;

            var request = arguments.Outcome.Result?.RequestMessage
                ?? StandardResilienceHandler.RequestOf(arguments.Context);
            return request is null || !methods.Contains(request.Method);
        };
    }
}
