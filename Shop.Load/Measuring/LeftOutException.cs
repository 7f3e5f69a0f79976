namespace Shop.Load;

/// <summary>Something cannot be measured on this machine; the message says why. The rest can.</summary>
internal sealed class LeftOutException(string message, Exception? inner = null) : Exception(message, inner);
