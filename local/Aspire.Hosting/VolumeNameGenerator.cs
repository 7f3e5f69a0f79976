using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Local;

namespace Aspire.Hosting;

/// <summary>Names volumes so that two applications never share one by accident.</summary>
public static class VolumeNameGenerator
{
    /// <summary>A name made of the application, its place, the resource and a suffix.</summary>
    /// <typeparam name="T">The kind of resource.</typeparam>
    /// <param name="builder">The resource.</param>
    /// <param name="suffix">Letters, digits, <c>_</c>, <c>.</c> and <c>-</c>.</param>
    public static string Generate<T>(IResourceBuilder<T> builder, string suffix)
        where T : IResource
    {
        ArgumentNullException.ThrowIfNull(builder);
        if (suffix.Any(character => !IsAllowed(character)))
            throw new ArgumentException($"'{suffix}' can't be part of a volume's name: letters, digits, '_', '.' and '-'.", nameof(suffix));

        var appHost = (AppHostProject)builder.ApplicationBuilder.Services
            .First(service => service.ServiceType == typeof(AppHostProject)).ImplementationInstance!;
        var application = string.Concat(appHost.Name.ToLowerInvariant().Where(IsAllowed));
        return $"{application}-{appHost.PathHash}-{builder.Resource.Name}-{suffix}";
    }

    private static bool IsAllowed(char character) => char.IsAsciiLetterOrDigit(character) || character is '_' or '.' or '-';
}
