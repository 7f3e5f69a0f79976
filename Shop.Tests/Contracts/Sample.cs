using System.Reflection;

namespace Shop.Tests.Contracts;

/// <summary>Makes a record with a recognisable value in every member, with or without the optional ones.</summary>
internal static class Sample
{
    private static readonly NullabilityInfoContext Nullability = new();

    public static object Of(Type record, bool withOptional) => Make(record, withOptional);

    private static object Make(Type type, bool withOptional)
    {
        if (type == typeof(string))
            return "EUR";
        if (type == typeof(Guid))
            return Guid.CreateVersion7();
        if (type == typeof(DateTimeOffset))
            return new DateTimeOffset(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);
        if (type == typeof(int))
            return 7;
        if (type == typeof(long))
            return 1999L;
        if (type == typeof(bool))
            return true;
        if (type.IsEnum)
            return Enum.GetValues(type).GetValue(0)!;
        if (Nullable.GetUnderlyingType(type) is { } underlying)
            return Make(underlying, withOptional);
        if (type.IsGenericType && type.GetGenericArguments() is [var element])
        {
            var items = Array.CreateInstance(element, 1);
            items.SetValue(Make(element, withOptional), 0);
            return items;
        }

        var constructor = type.GetConstructors(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance)
            .MaxBy(c => c.GetParameters().Length)!;
        return constructor.Invoke([.. constructor.GetParameters().Select(parameter =>
            !withOptional && Nullability.Create(parameter).WriteState == NullabilityState.Nullable
                ? null
                : Make(parameter.ParameterType, withOptional))]);
    }
}
