using System.Security.Cryptography;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>A random value.</summary>
public sealed class GenerateParameterDefault : ParameterDefault
{
    private const string LowerLetters = "abcdefghijkmnpqrstuvwxyz";
    private const string UpperLetters = "ABCDEFGHJKMNPQRSTUVWXYZ";
    private const string Digits = "0123456789";
    // None that a shell, a URL or a connection string takes for its own.
    private const string Specials = "-_.{}~()*+!";

    /// <summary>The length; at least that of all minima together.</summary>
    public int MinLength { get; set; }

    /// <summary>Whether lower-case letters may occur.</summary>
    public bool Lower { get; set; } = true;

    /// <summary>Whether upper-case letters may occur.</summary>
    public bool Upper { get; set; } = true;

    /// <summary>Whether digits may occur.</summary>
    public bool Numeric { get; set; } = true;

    /// <summary>Whether other characters may occur.</summary>
    public bool Special { get; set; } = true;

    /// <summary>How many lower-case letters at least.</summary>
    public int MinLower { get; set; }

    /// <summary>How many upper-case letters at least.</summary>
    public int MinUpper { get; set; }

    /// <summary>How many digits at least.</summary>
    public int MinNumeric { get; set; }

    /// <summary>How many other characters at least.</summary>
    public int MinSpecial { get; set; }

    /// <summary>A new value each time.</summary>
    /// <exception cref="InvalidOperationException">No character may occur.</exception>
    public override string GetDefaultValue()
    {
        (string Characters, int Least)[] kinds =
        [
            (Lower ? LowerLetters : "", MinLower),
            (Upper ? UpperLetters : "", MinUpper),
            (Numeric ? Digits : "", MinNumeric),
            (Special ? Specials : "", MinSpecial),
        ];
        var all = string.Concat(kinds.Select(kind => kind.Characters));
        if (all.Length == 0) throw new InvalidOperationException("A generated value needs at least one kind of characters.");

        var value = new List<char>();
        foreach (var (characters, least) in kinds)
            if (characters.Length > 0) value.AddRange(RandomNumberGenerator.GetItems<char>(characters, least));
        value.AddRange(RandomNumberGenerator.GetItems<char>(all, Math.Max(0, MinLength - value.Count)));
        var shuffled = value.ToArray();
        RandomNumberGenerator.Shuffle<char>(shuffled);
        return new string(shuffled);
    }
}
