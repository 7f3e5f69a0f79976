using System.Diagnostics;

namespace Shop.Tests.Unit;

/// <summary>The kinds of input of a process: the compiler can't see that a switch over types misses one.</summary>
internal static class Kinds
{
    /// <summary>The names of all records that are an input of this sort.</summary>
    public static string[] Of<TInput>()
    {
        var kinds = typeof(TInput).Assembly.GetTypes()
            .Where(type => type.IsAssignableTo(typeof(TInput)) && !type.IsAbstract)
            .Select(type => type.Name).Order(StringComparer.Ordinal).ToArray();
        Assert.NotEmpty(kinds);
        return kinds;
    }

    public static string[] Of<TInput>(IEnumerable<TInput> inputs) =>
        [.. inputs.Select(input => input!.GetType().Name).Distinct().Order(StringComparer.Ordinal)];

    /// <summary>A process may call an input a contradiction, but it may not overlook a kind.</summary>
    public static void AssertKnown(Action decide)
    {
        try
        {
            decide();
        }
        catch (Exception exception) when (exception is not UnreachableException)
        {
        }
    }
}
