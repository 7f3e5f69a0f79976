using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Shop.ServiceDefaults;

/// <summary>Settings that are validated when the process starts.</summary>
public static class ValidatedOptions
{
    /// <summary>
    /// Binds options to a section, validated by attributes and <see cref="IValidatableObject"/>. A process with invalid
    /// settings does not start.
    /// </summary>
    /// <typeparam name="TOptions">The settings.</typeparam>
    /// <param name="builder">The host.</param>
    /// <param name="section">The section of the configuration.</param>
    /// <param name="name">Tells several options of one type apart.</param>
    public static OptionsBuilder<TOptions> AddValidatedOptions<TOptions>(
        this IHostApplicationBuilder builder, string section, string? name = null)
        where TOptions : class
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.Services.AddOptions<TOptions>(name).BindConfiguration(section)
            .ValidateDataAnnotations().ValidateOnStart();
    }
}
