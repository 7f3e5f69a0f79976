using System.Text.Json.Serialization;

namespace Shop.ServiceDefaults;

/// <summary>An amount of money: whole minor units (cents) of one currency. Currencies never mix.</summary>
/// <param name="Amount">Minor units of the currency: 1999 is 19.99 EUR.</param>
/// <param name="Currency">The ISO 4217 code in upper case.</param>
/// <remarks>Arithmetic is checked: it throws <see cref="OverflowException"/> rather than give a wrong sum, and
/// <see cref="InvalidOperationException"/> for two currencies.</remarks>
// Without this attribute a struct is read member by member, and a missing member becomes 0 or null.
[method: JsonConstructor]
public readonly record struct Money(
    [property: JsonPropertyName("amount")] long Amount,
    [property: JsonPropertyName("currency")] string Currency) : IComparable<Money>
{
    /// <summary>Zero in <paramref name="currency"/>.</summary>
    public static Money Zero(string currency) => new(0, currency);

    /// <summary>The sum of all; zero of <paramref name="currency"/> when there are none.</summary>
    public static Money Sum(IEnumerable<Money> all, string currency) =>
        all.Aggregate(Zero(currency), (sum, one) => sum + one);

    /// <summary>The sum of two amounts of one currency.</summary>
    public static Money operator +(Money left, Money right) =>
        new(checked(left.Amount + right.Amount), RequireSameCurrency(left, right));

    /// <summary>The difference of two amounts of one currency; it may be negative.</summary>
    public static Money operator -(Money left, Money right) =>
        new(checked(left.Amount - right.Amount), RequireSameCurrency(left, right));

    /// <summary>The amount as many times as <paramref name="times"/> says.</summary>
    public static Money operator *(Money one, int times) => one with { Amount = checked(one.Amount * times) };

    /// <summary>Whether <paramref name="left"/> is less, in one currency.</summary>
    public static bool operator <(Money left, Money right) => left.CompareTo(right) < 0;

    /// <summary>Whether <paramref name="left"/> is more, in one currency.</summary>
    public static bool operator >(Money left, Money right) => left.CompareTo(right) > 0;

    /// <summary>Whether <paramref name="left"/> is at most <paramref name="right"/>, in one currency.</summary>
    public static bool operator <=(Money left, Money right) => left.CompareTo(right) <= 0;

    /// <summary>Whether <paramref name="left"/> is at least <paramref name="right"/>, in one currency.</summary>
    public static bool operator >=(Money left, Money right) => left.CompareTo(right) >= 0;

    /// <summary>Orders amounts of one currency; throws <see cref="InvalidOperationException"/> for two.</summary>
    public int CompareTo(Money other)
    {
        RequireSameCurrency(this, other);
        return Amount.CompareTo(other.Amount);
    }

    /// <summary>For logs and messages: <c>19.99 EUR</c>.</summary>
    public override string ToString() => $"{Amount / 100}.{Math.Abs(Amount % 100):00} {Currency}";

    private static string RequireSameCurrency(Money left, Money right) => left.Currency == right.Currency
        ? left.Currency
        : throw new InvalidOperationException($"{left.Currency} and {right.Currency} can't be mixed.");
}
