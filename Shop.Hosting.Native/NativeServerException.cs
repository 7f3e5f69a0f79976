using Aspire.Hosting;

namespace Shop.Hosting.Native;

/// <summary>A server cannot start. The message says what a person can do about it.</summary>
internal sealed class NativeServerException : DistributedApplicationException
{
    public NativeServerException(string message) : base(message)
    {
    }

    public NativeServerException(string message, Exception cause) : base(message, cause)
    {
    }

    // Aspire logs this exception at the resource, where a stack trace would bury the advice.
    public override string ToString() => Message;
}
