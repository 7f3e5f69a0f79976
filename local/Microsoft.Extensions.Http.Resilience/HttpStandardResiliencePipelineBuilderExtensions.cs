using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Http.Resilience.Internal;

namespace Microsoft.Extensions.Http.Resilience;

/// <summary>Configures the standard pipeline of one client.</summary>
public static class HttpStandardResiliencePipelineBuilderExtensions
{
    /// <summary>Takes the options from configuration, and takes them again when it changes.</summary>
    /// <param name="builder">The pipeline.</param>
    /// <param name="section">The section that holds the options.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentException">The section is empty.</exception>
    public static IHttpStandardResiliencePipelineBuilder Configure(
        this IHttpStandardResiliencePipelineBuilder builder,
        IConfigurationSection section)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(section);
        if (!section.GetChildren().Any())
            throw new ArgumentException($"The section '{section.Path}' is empty.", nameof(section));

        builder.Services.Configure<HttpStandardResilienceOptions>(
            builder.PipelineName,
            section,
            binder => binder.ErrorOnUnknownConfiguration = true);
        return builder;
    }

    /// <summary>Changes the options.</summary>
    /// <param name="builder">The pipeline.</param>
    /// <param name="configure">Sets what is to differ from the defaults.</param>
    /// <returns>The same builder.</returns>
    public static IHttpStandardResiliencePipelineBuilder Configure(
        this IHttpStandardResiliencePipelineBuilder builder,
        Action<HttpStandardResilienceOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        return builder.Configure((options, _) => configure(options));
    }

    /// <summary>Changes the options with the help of the host's services.</summary>
    /// <param name="builder">The pipeline.</param>
    /// <param name="configure">Sets what is to differ from the defaults.</param>
    /// <returns>The same builder.</returns>
    public static IHttpStandardResiliencePipelineBuilder Configure(
        this IHttpStandardResiliencePipelineBuilder builder,
        Action<HttpStandardResilienceOptions, IServiceProvider> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(configure);
        builder.Services.AddOptions<HttpStandardResilienceOptions>(builder.PipelineName).Configure(configure);
        return builder;
    }

    /// <summary>
    /// Gives each scheme, host and port a limiter and a breaker of its own, so that one that is down does not stop the
    /// calls to the others.
    /// </summary>
    /// <param name="builder">The pipeline.</param>
    /// <returns>The same builder.</returns>
    public static IHttpStandardResiliencePipelineBuilder SelectPipelineByAuthority(
        this IHttpStandardResiliencePipelineBuilder builder) =>
        builder.SelectPipelineBy(_ => PipelineSelection.Authority);

    /// <summary>Gives each key a limiter and a breaker of its own.</summary>
    /// <param name="builder">The pipeline.</param>
    /// <param name="selectorFactory">
    /// Makes the function that turns a request into its key; the keys must be few.
    /// </param>
    /// <returns>The same builder.</returns>
    public static IHttpStandardResiliencePipelineBuilder SelectPipelineBy(
        this IHttpStandardResiliencePipelineBuilder builder,
        Func<IServiceProvider, Func<HttpRequestMessage, string>> selectorFactory)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(selectorFactory);
        builder.Services.AddOptions<PipelineSelection>(builder.PipelineName)
            .Configure<IServiceProvider>((selection, services) => selection.KeyOf = selectorFactory(services));
        return builder;
    }
}
