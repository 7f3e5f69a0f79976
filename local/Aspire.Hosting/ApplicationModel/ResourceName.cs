namespace Aspire.Hosting.ApplicationModel;

/// <summary>The rule for resource names: they become host names, environment variables and file names.</summary>
internal static class ResourceName
{
    private const int LongestName = 64;

    public static void Validate(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        var isValid = name.Length <= LongestName
            && char.IsAsciiLetter(name[0])
            && name.All(character => char.IsAsciiLetterOrDigit(character) || character == '-')
            && !name.EndsWith('-')
            && !name.Contains("--", StringComparison.Ordinal);
        if (!isValid)
            throw new ArgumentException(
                $"'{name}' can't be a resource's name: at most {LongestName} ASCII letters, digits and single hyphens, " +
                "the first a letter, the last not a hyphen.", nameof(name));
    }
}
