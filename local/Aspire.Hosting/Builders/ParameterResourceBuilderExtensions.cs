using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Local;

namespace Aspire.Hosting;

/// <summary>Adds parameters to the application.</summary>
public static class ParameterResourceBuilderExtensions
{
    // Enough for 128 bits whatever kinds of characters are allowed.
    private const int PasswordLength = 22;

    /// <summary>Adds a parameter whose value is the setting <c>Parameters:name</c>.</summary>
    /// <param name="builder">The application.</param>
    /// <param name="name">The resource's name.</param>
    /// <param name="secret">Whether it must not be shown.</param>
    public static IResourceBuilder<ParameterResource> AddParameter(this IDistributedApplicationBuilder builder, [ResourceName] string name, bool secret = false) =>
        builder.AddResource(CreateParameter(builder, name, secret));

    /// <summary>Adds a parameter with a value of its own, which the setting <c>Parameters:name</c> goes before.</summary>
    /// <param name="builder">The application.</param>
    /// <param name="name">The resource's name.</param>
    /// <param name="value">The value.</param>
    /// <param name="publishValueAsDefault">For publishing; not used by this host.</param>
    /// <param name="secret">Whether it must not be shown.</param>
    public static IResourceBuilder<ParameterResource> AddParameter(
        this IDistributedApplicationBuilder builder, [ResourceName] string name, string value, bool publishValueAsDefault = false, bool secret = false) =>
        builder.AddParameter(name, () => value, publishValueAsDefault, secret);

    /// <summary>Adds a parameter with a value of its own, which the setting <c>Parameters:name</c> goes before.</summary>
    /// <param name="builder">The application.</param>
    /// <param name="name">The resource's name.</param>
    /// <param name="valueGetter">The value.</param>
    /// <param name="publishValueAsDefault">For publishing; not used by this host.</param>
    /// <param name="secret">Whether it must not be shown.</param>
    public static IResourceBuilder<ParameterResource> AddParameter(
        this IDistributedApplicationBuilder builder, [ResourceName] string name, Func<string> valueGetter, bool publishValueAsDefault = false, bool secret = false) =>
        builder.AddResource(new ParameterResource(name, _ => ParameterValues.Find(builder.Configuration, name) ?? valueGetter(), secret));

    /// <summary>Adds a parameter with a default, which the setting <c>Parameters:name</c> goes before.</summary>
    /// <param name="builder">The application.</param>
    /// <param name="name">The resource's name.</param>
    /// <param name="value">The default.</param>
    /// <param name="secret">Whether it must not be shown.</param>
    /// <param name="persist">Whether the default is kept in the app host's user secrets.</param>
    public static IResourceBuilder<ParameterResource> AddParameter(
        this IDistributedApplicationBuilder builder, [ResourceName] string name, ParameterDefault value, bool secret = false, bool persist = false) =>
        builder.AddResource(Create(builder, name, value, secret, persist));

    /// <summary>A secret parameter with a random default that is kept in the app host's user secrets. It is not added.</summary>
    /// <param name="builder">The application.</param>
    /// <param name="name">The resource's name.</param>
    /// <param name="lower">Whether lower-case letters may occur.</param>
    /// <param name="upper">Whether upper-case letters may occur.</param>
    /// <param name="numeric">Whether digits may occur.</param>
    /// <param name="special">Whether other characters may occur.</param>
    /// <param name="minLower">How many lower-case letters at least.</param>
    /// <param name="minUpper">How many upper-case letters at least.</param>
    /// <param name="minNumeric">How many digits at least.</param>
    /// <param name="minSpecial">How many other characters at least.</param>
    public static ParameterResource CreateDefaultPasswordParameter(
        IDistributedApplicationBuilder builder,
        string name,
        bool lower = true,
        bool upper = true,
        bool numeric = true,
        bool special = true,
        int minLower = 0,
        int minUpper = 0,
        int minNumeric = 0,
        int minSpecial = 0) =>
        CreateGeneratedParameter(builder, name, secret: true, new GenerateParameterDefault
        {
            MinLength = PasswordLength,
            Lower = lower,
            Upper = upper,
            Numeric = numeric,
            Special = special,
            MinLower = minLower,
            MinUpper = minUpper,
            MinNumeric = minNumeric,
            MinSpecial = minSpecial,
        });

    /// <summary>A parameter with a random default that is kept in the app host's user secrets. It is not added.</summary>
    /// <param name="builder">The application.</param>
    /// <param name="name">The resource's name.</param>
    /// <param name="secret">Whether it must not be shown.</param>
    /// <param name="parameterDefault">The kind of value.</param>
    public static ParameterResource CreateGeneratedParameter(
        IDistributedApplicationBuilder builder, string name, bool secret, GenerateParameterDefault parameterDefault) =>
        Create(builder, name, parameterDefault, secret, persist: true);

    /// <summary>A parameter whose value is the setting <c>Parameters:name</c>. It is not added.</summary>
    /// <param name="builder">The application.</param>
    /// <param name="name">The resource's name.</param>
    /// <param name="secret">Whether it must not be shown.</param>
    public static ParameterResource CreateParameter(IDistributedApplicationBuilder builder, string name, bool secret) =>
        Create(builder, name, null, secret, persist: false);

    private static ParameterResource Create(
        IDistributedApplicationBuilder builder, string name, ParameterDefault? value, bool secret, bool persist)
    {
        ArgumentNullException.ThrowIfNull(builder);

        return new ParameterResource(name, fallback => ParameterValues.Find(builder.Configuration, name)
            ?? (fallback is null ? null : persist ? UserSecrets.Of(builder).GetOrAdd($"Parameters:{name}", fallback.GetDefaultValue) : fallback.GetDefaultValue())
            ?? throw new MissingParameterValueException(
                $"The parameter '{name}' has no value. Give one as the setting 'Parameters:{name}': in the user secrets of the app host, "
                + $"as the environment variable Parameters__{name.Replace('-', '_')}, or with --Parameters:{name}=…"), secret)
        {
            Default = value,
        };
    }
}
