namespace Shop.ServiceDefaults;

/// <summary>One page of a list that is read by keyset, so that its cost does not grow with its depth.</summary>
/// <typeparam name="T">What is listed.</typeparam>
/// <param name="Items">The rows of this page.</param>
/// <param name="Next">What to send as <c>after</c> for the next page; null on the last.</param>
public sealed record Page<T>(IReadOnlyList<T> Items, string? Next);
