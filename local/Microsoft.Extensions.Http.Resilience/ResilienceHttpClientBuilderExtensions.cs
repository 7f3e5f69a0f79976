using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Http.Resilience;
using Microsoft.Extensions.Http.Resilience.Internal;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Makes the requests of a client resilient.</summary>
public static class ResilienceHttpClientBuilderExtensions
{
    /// <summary>Adds the standard pipeline, configured from a section.</summary>
    /// <param name="builder">The client.</param>
    /// <param name="section">A section with the shape of <see cref="HttpStandardResilienceOptions"/>.</param>
    /// <returns>The builder of the pipeline.</returns>
    public static IHttpStandardResiliencePipelineBuilder AddStandardResilienceHandler(
        this IHttpClientBuilder builder,
        IConfigurationSection section) => builder.AddStandardResilienceHandler().Configure(section);

    /// <summary>Adds the standard pipeline with changed options.</summary>
    /// <param name="builder">The client.</param>
    /// <param name="configure">Sets what is to differ from the defaults.</param>
    /// <returns>The builder of the pipeline.</returns>
    public static IHttpStandardResiliencePipelineBuilder AddStandardResilienceHandler(
        this IHttpClientBuilder builder,
        Action<HttpStandardResilienceOptions> configure) => builder.AddStandardResilienceHandler().Configure(configure);

    /// <summary>
    /// Puts each request of the client into a rate limiter, a total timeout, retries, a circuit breaker and a timeout
    /// for each attempt. The client's own timeout is switched off. <b>Every</b> method is tried again unless the
    /// options say otherwise.
    /// </summary>
    /// <param name="builder">The client.</param>
    /// <returns>The builder of the pipeline.</returns>
    public static IHttpStandardResiliencePipelineBuilder AddStandardResilienceHandler(this IHttpClientBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var name = $"{builder.Name}-standard";
        builder.Services
            .AddOptionsWithValidateOnStart<HttpStandardResilienceOptions, StandardMembersValidator>(name);
        builder.Services
            .AddOptionsWithValidateOnStart<HttpStandardResilienceOptions, StandardTimesValidator>(name);
        builder.Services.TryAddSingleton<ResilienceTelemetry>();
        builder.Services.TryAddSingleton<StandardPipelines>();

        builder.AddHttpMessageHandler(services =>
            new StandardResilienceHandler(services.GetRequiredService<StandardPipelines>().For(name)));
        builder.ConfigureHttpClient(client => client.Timeout = Timeout.InfiniteTimeSpan);
        return new Pipeline(name, builder.Services);
    }

    private sealed record Pipeline(string PipelineName, IServiceCollection Services)
        : IHttpStandardResiliencePipelineBuilder;
}
