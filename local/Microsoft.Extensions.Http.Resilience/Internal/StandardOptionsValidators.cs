using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.Http.Resilience.Internal;

/// <summary>Checks every option for itself, by its data annotations.</summary>
[OptionsValidator]
internal sealed partial class StandardMembersValidator : IValidateOptions<HttpStandardResilienceOptions>;

/// <summary>Checks that the times fit together: otherwise a strategy would never come into effect.</summary>
internal sealed class StandardTimesValidator : IValidateOptions<HttpStandardResilienceOptions>
{
    public ValidateOptionsResult Validate(string? name, HttpStandardResilienceOptions options)
    {
        var result = new ValidateOptionsResultBuilder();
        var attempt = options.AttemptTimeout.Timeout;
        if (attempt > options.TotalRequestTimeout.Timeout)
        {
            result.AddError(
                $"One attempt may take {attempt.TotalSeconds} s, which is longer than "
                + $"the {options.TotalRequestTimeout.Timeout.TotalSeconds} s of the whole request.");
        }

        if (options.CircuitBreaker.SamplingDuration < 2 * attempt)
        {
            result.AddError(
                $"The circuit breaker samples {options.CircuitBreaker.SamplingDuration.TotalSeconds} s, "
                + $"which is shorter than two attempts of {attempt.TotalSeconds} s.");
        }

        return result.Build();
    }
}
