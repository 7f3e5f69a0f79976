namespace Shop.Gateway;

/// <summary>The old name of <see cref="SafeRetryHandler"/>, until Shop.Tests/Unit uses the new one.</summary>
internal sealed class SecondTry(HttpMessageHandler inner) : DelegatingHandler(new SafeRetryHandler(inner));
