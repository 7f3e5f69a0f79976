using Microsoft.Extensions.DependencyInjection;

namespace Microsoft.Extensions.Http.Resilience;

/// <summary>Configures the standard pipeline of one client.</summary>
public interface IHttpStandardResiliencePipelineBuilder
{
    /// <summary>The name of the pipeline, which is also the name of its options.</summary>
    string PipelineName { get; }

    /// <summary>The services of the host.</summary>
    IServiceCollection Services { get; }
}
